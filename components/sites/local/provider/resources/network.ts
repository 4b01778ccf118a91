/** `nspawn:index:Network`: a site's folder, bridge and operator key. */
import { z } from "zod";
import { type ResourceDefinition, UNKNOWN } from "../../../../../engine/provider/resource";
import { makeNetwork, networkFault, networkIsUp, privateKeyFile } from "../site/network";
import { bridgeName, siteDirectory } from "../site/places";
import { parseSubnet } from "../../../../network/ipv4";
import { gateway, subnetFault } from "../site/subnet";
import { sweepSite } from "../site/sweep";
import { checker, mebibytes, name, port, typed, unchangeable } from "./inputs";

const schema = z.strictObject({
  site: name,
  subnet: z.string(),
  require: z
    .strictObject({
      memoryMiB: mebibytes.optional(),
      diskMiB: mebibytes.optional(),
      ports: z.array(port).optional(),
    })
    .optional(),
});

const frozen = unchangeable(
  ["site", "subnet"],
  "all machines would have to go first; remove the environment before",
);

/** Makes nothing that collides with this machine; deleting it removes all that the site has. */
export const network: ResourceDefinition = {
  secretOutputs: ["privateKey"],
  check: checker(schema, (news, olds) => {
    const fault = typeof news["subnet"] === "string" ? subnetFault(news["subnet"]) : undefined;
    return fault === undefined ? frozen(news, olds) : [{ property: "subnet", reason: fault }];
  }),
  async create(inputs, context) {
    const { site, subnet, require } = typed(schema, inputs);
    const fault = await networkFault(site, subnet, require ?? {});
    if (fault !== undefined) throw new Error(fault);
    const outputs = {
      ...{ site, subnet, bridge: bridgeName(site), directory: siteDirectory(site) },
      ...{
        gateway: gateway(parseSubnet(subnet) ?? { base: 0, prefix: 0 }),
        privateKeyFile: privateKeyFile(site),
      },
    };
    if (context.preview)
      return { id: site, outputs: { ...outputs, publicKey: UNKNOWN, privateKey: UNKNOWN } };
    const { publicKey, privateKey } = await makeNetwork(site, subnet);
    return { id: site, outputs: { ...outputs, publicKey, privateKey } };
  },
  /** After a reboot of this machine the bridge is gone, the keys are not: made again, it is what it was. */
  read: (id, outputs, inputs) => Promise.resolve(networkIsUp(id) ? { id, outputs, inputs } : undefined),
  update: (_id, oldOutputs) => Promise.resolve(oldOutputs),
  delete: (id) => sweepSite(id),
};
