/** `nspawn:index:Host`: one long-lived machine. */
import { z } from "zod";
import { inputDifferences, topName } from "../../../../../engine/provider/differences";
import { type Properties, type ResourceDefinition, UNKNOWN } from "../../../../../engine/provider/resource";
import { authorize, changeVolumes, makeMachine, removeMachine } from "../machine/machine";
import { awaitSsh, isOn, powerOn } from "../machine/power";
import { readRecord, requireRecord, writeRecord } from "../machine/record";
import { requireNetwork } from "../site/network-record";
import { address, binds, checker, fullPath, mebibytes, name, typed } from "./inputs";

const schema = z.strictObject({
  site: name,
  name,
  address,
  memoryMiB: mebibytes,
  diskMiB: mebibytes.min(64),
  baseImage: fullPath,
  authorizedKey: z.string().min(1),
  hostKey: z.string().min(1),
  hostKeyPublic: z.string().min(1),
  volumes: z.record(z.string(), z.string()),
  binds,
  userData: z.string().optional(),
});

const REPLACE = [
  "site",
  "name",
  "address",
  "diskMiB",
  "baseImage",
  "hostKey",
  "hostKeyPublic",
  "binds",
  "userData",
];

/** The id holds the site, since an import or a read has nothing else. */
function machineId(inputs: { site: string; name: string }): string {
  return `${inputs.site}/${inputs.name}`;
}

/** Inputs that are kept out of the outputs: they may hold secrets, and nothing needs them there. */
const UNSHOWN = ["hostKey", "userData"];

function outputsOf(inputs: Properties, incarnation: unknown, power: string): Properties {
  const shown = Object.fromEntries(Object.entries(inputs).filter(([key]) => !UNSHOWN.includes(key)));
  return { ...shown, incarnation, power };
}

/**
 * A machine is what its folder holds. Without it, the machine is gone and is made anew, with its volumes. With it but
 * without power (after a cut, a shutdown from inside, a reboot of this machine) `read` says `power: off`, and the next
 * update switches the same machine on again.
 */
export const host: ResourceDefinition = {
  replaceOn: REPLACE,
  deleteBeforeReplace: true,
  check: checker(schema),
  diff(_id, oldOutputs, oldInputs, news) {
    const changed = inputDifferences(oldInputs, news, []).map(({ path }) => path);
    const replaces = changed.filter((path) => REPLACE.includes(topName(path)));
    const off = oldOutputs["power"] !== "on";
    return Promise.resolve({
      changed: off ? [...changed, "power"] : changed,
      replaces,
      deleteBeforeReplace: true,
    });
  },
  async create(inputs, context) {
    if (context.preview) return { id: "", outputs: outputsOf(inputs, UNKNOWN, "on") };
    const { site, ...spec } = typed(schema, inputs);
    requireNetwork(site);
    const record = await makeMachine(site, spec, context.signal);
    return { id: machineId({ site, name: spec.name }), outputs: outputsOf(inputs, record.incarnation, "on") };
  },
  read(id, outputs, inputs) {
    const [site = "", machine = ""] = id.split("/");
    const record = readRecord(site, machine);
    if (!record || record.incarnation !== outputs["incarnation"]) return Promise.resolve(undefined);
    return Promise.resolve({
      id,
      inputs,
      outputs: { ...outputs, power: isOn(site, machine) ? "on" : "off" },
    });
  },
  async update(_id, oldOutputs, oldInputs, news, context) {
    const outputs = outputsOf(news, oldOutputs["incarnation"], "on");
    if (context.preview) return outputs;
    const { site, name: machine, volumes, memoryMiB, authorizedKey } = typed(schema, news);
    const record = await changeVolumes(site, requireRecord(site, machine), volumes);
    writeRecord(site, { ...record, memoryMiB });
    await powerOn(site, record);
    await awaitSsh(site, record, context.signal);
    if (authorizedKey !== oldInputs["authorizedKey"]) authorize(site, machine, authorizedKey);
    return outputs;
  },
  delete(id) {
    const [site = "", machine = ""] = id.split("/");
    return removeMachine(site, machine);
  },
};
