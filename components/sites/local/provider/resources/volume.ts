/** `nspawn:index:Volume`: a disk that outlives the machines which it is attached to. */
import { z } from "zod";
import { type Properties, type ResourceDefinition, UNKNOWN } from "../../../../../engine/provider/resource";
import { devicePath, growVolume, makeVolume, removeVolume, volumeSize } from "../machine/volume";
import { holds } from "../machine/power";
import { requireNetwork } from "../site/network-record";
import { checker, mebibytes, name, typed, unchangeable } from "./inputs";

const schema = z.strictObject({ site: name, name, sizeMiB: mebibytes });

const frozen = unchangeable(["site"], "the volume's data would stay behind");

function shrinkFailures(news: Properties, olds: Properties | undefined) {
  const [from, to] = [olds?.["sizeMiB"], news["sizeMiB"]];
  if (typeof from !== "number" || typeof to !== "number" || to >= from) return [];
  return [
    {
      property: "sizeMiB",
      reason: `sizeMiB is ${to}: a volume of ${from} MiB never shrinks; leave it or make it larger`,
    },
  ];
}

/** Made blank, never formatted here; grows in place. */
export const volume: ResourceDefinition = {
  check: checker(schema, (news, olds) => [...frozen(news, olds), ...shrinkFailures(news, olds)]),
  create(inputs, context) {
    if (context.preview) {
      return Promise.resolve({ id: "", outputs: { ...inputs, volumeId: UNKNOWN, device: UNKNOWN } });
    }
    const { site, name: label, sizeMiB } = typed(schema, inputs);
    requireNetwork(site);
    const volumeId = makeVolume(site, label, sizeMiB);
    return Promise.resolve({ id: volumeId, outputs: { ...inputs, volumeId, device: devicePath(volumeId) } });
  },
  read(id, outputs, inputs) {
    const site = String(outputs["site"]);
    return Promise.resolve(volumeSize(site, id) === undefined ? undefined : { id, outputs, inputs });
  },
  async update(id, oldOutputs, _oldInputs, news, context) {
    const { site, sizeMiB } = typed(schema, news);
    if (!context.preview) await growVolume(site, id, sizeMiB);
    return { ...oldOutputs, ...news };
  },
  delete(id, outputs) {
    const site = String(outputs["site"]);
    return removeVolume(site, id, (host) => holds(site, host, id));
  },
};
