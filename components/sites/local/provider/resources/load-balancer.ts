/** `nspawn:index:LoadBalancer`: the site's load-balanced address. */
import { z } from "zod";
import { inputDifferences } from "../../../../../engine/provider/differences";
import { type Properties, type ResourceDefinition, UNKNOWN } from "../../../../../engine/provider/resource";
import { balancerRuns, readBalancer, removeBalancer, setListeners } from "../balancer/balancer";
import type { Listener } from "../balancer/configuration";
import { readNetwork, requireNetwork } from "../site/network-record";
import { checker, name, port, typed } from "./inputs";

const schema = z.strictObject({
  site: name,
  listeners: z.array(
    z.strictObject({
      name,
      port,
      targetPort: port,
      healthPath: z
        .string()
        .regex(/^\/[^\s]*$/, "must be a path without spaces, like /health")
        .optional(),
      proxyProtocol: z.boolean().optional(),
    }),
  ),
});

function doubles(inputs: Properties) {
  if (!Array.isArray(inputs["listeners"])) return [];
  const listeners = inputs["listeners"] as Listener[];
  return (["name", "port"] as const).flatMap((key) => {
    const values = listeners.map((listener) => listener[key]).filter((value) => typeof value !== "symbol");
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    return twice === undefined
      ? []
      : [
          {
            property: "listeners",
            reason: `listeners has ${key} ${twice} twice; each listener needs its own`,
          },
        ];
  });
}

function outputsOf(inputs: Properties, address: unknown, running: boolean): Properties {
  const listeners = inputs["listeners"] as Listener[];
  const endpoints =
    typeof address === "string"
      ? Object.fromEntries(listeners.map((listener) => [listener.name, `${address}:${listener.port}`]))
      : UNKNOWN;
  return { ...inputs, address, endpoints, running };
}

/** One haproxy on the network's first address. Killed, it is started again by the next update after a refresh. */
export const loadBalancer: ResourceDefinition = {
  replaceOn: ["site"],
  deleteBeforeReplace: true,
  check: checker(schema, doubles),
  diff(_id, oldOutputs, oldInputs, news) {
    const changed = inputDifferences(oldInputs, news, []).map(({ path }) => path);
    const replaces = changed.filter((path) => path === "site");
    if (oldOutputs["running"] !== true) changed.push("running");
    return Promise.resolve({ changed, replaces, deleteBeforeReplace: true });
  },
  async create(inputs, context) {
    const site = inputs["site"];
    if (context.preview) {
      const known = typeof site === "string" ? readNetwork(site)?.gateway : undefined;
      return { id: "", outputs: outputsOf(inputs, known ?? UNKNOWN, true) };
    }
    const wanted = typed(schema, inputs);
    const { gateway } = requireNetwork(wanted.site);
    await removeBalancer(wanted.site);
    await setListeners(wanted.site, gateway, wanted.listeners);
    return { id: wanted.site, outputs: outputsOf(inputs, gateway, true) };
  },
  async read(id, outputs, inputs) {
    if (!readBalancer(id)) return undefined;
    return { id, inputs, outputs: { ...outputs, running: await balancerRuns(id) } };
  },
  async update(id, oldOutputs, _oldInputs, news, context) {
    if (!context.preview) await setListeners(id, requireNetwork(id).gateway, typed(schema, news).listeners);
    return outputsOf(news, oldOutputs["address"], true);
  },
  delete: (id) => removeBalancer(id),
};
