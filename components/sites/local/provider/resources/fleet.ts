/** `nspawn:index:Fleet`: interchangeable machines behind the load balancer. */
import { z } from "zod";
import { inputDifferences, topName } from "../../../../../engine/provider/differences";
import { hasUnknown } from "../../../../../engine/provider/properties";
import {
  type CheckFailure,
  type OperationContext,
  type Properties,
  type ResourceDefinition,
  UNKNOWN,
} from "../../../../../engine/provider/resource";
import {
  awaitHealthy,
  type FleetSpec,
  forgetMember,
  isRegistered,
  makeMembers,
  memberRecords,
  memberStates,
  register,
  retireMember,
  templateOf,
} from "../fleet/members";
import { nextStep, strandedMembers } from "../fleet/rolling";
import { isOn } from "../machine/power";
import type { MachineRecord } from "../machine/record";
import { requireNetwork } from "../site/network-record";
import { addressRange } from "../site/subnet";
import { address, binds, checker, fullPath, mebibytes, name, port, typed } from "./inputs";

const schema = z.strictObject({
  site: name,
  // Members add a dash and six digits.
  name: name.max(33),
  size: z.number().int().min(0).max(100),
  memoryMiB: mebibytes,
  diskMiB: mebibytes.min(64),
  baseImage: fullPath,
  addresses: z.strictObject({ first: address, last: address }),
  authorizedKey: z.string().min(1),
  hostKey: z.string().min(1),
  hostKeyPublic: z.string().min(1),
  binds,
  userData: z.string(),
  targets: z.array(z.strictObject({ listener: name, port })),
  healthTimeoutSeconds: z.number().min(1),
  drainSeconds: z.number().min(0),
});

const REPLACE = ["site", "name"];

function poolFailures(inputs: Properties): CheckFailure[] {
  if (hasUnknown(inputs["addresses"]) || hasUnknown(inputs["size"])) return [];
  const { addresses, size } = typed(schema, inputs);
  const pool = addressRange(addresses.first, addresses.last).length;
  if (pool > size) return [];
  const range = `${addresses.first} to ${addresses.last}`;
  return [
    {
      property: "addresses",
      reason: `addresses ${range} are ${pool}: ${size} members need ${size + 1}, one to replace with`,
    },
  ];
}

function specOf(inputs: Properties): FleetSpec {
  return typed(schema, inputs);
}

/** Inputs that are kept out of the outputs: they may hold secrets, and nothing needs them there. */
const UNSHOWN = ["hostKey", "userData"];

function outputsOf(inputs: Properties, members: unknown, outdated: number): Properties {
  const shown = Object.fromEntries(Object.entries(inputs).filter(([key]) => !UNSHOWN.includes(key)));
  return { ...shown, members, outdated };
}

function memberOutputs(members: readonly MachineRecord[]) {
  // In one order, whoever lists them: another order would look like a change to what is made from them.
  const ordered = [...members].sort((one, other) => (one.name < other.name ? -1 : 1));
  return ordered.map(({ name: member, address: at, incarnation }) => ({
    name: member,
    address: at,
    incarnation,
  }));
}

function running(spec: FleetSpec): MachineRecord[] {
  return memberRecords(spec.site, spec.name).filter((record) => isOn(spec.site, record.name));
}

/** Brings the fleet to its size and template, one decision at a time, each taken from what is really there. */
async function converge(spec: FleetSpec, context: OperationContext): Promise<MachineRecord[]> {
  const { site } = spec;
  const dead = memberRecords(site, spec.name).filter((record) => !isOn(site, record.name));
  await Promise.all(dead.map((record) => forgetMember(site, record.name)));
  for (const record of running(spec)) await register(spec, record);
  for (const stranded of strandedMembers(await memberStates(spec))) await forgetMember(site, stranded);
  for (;;) {
    if (context.signal.aborted)
      throw new Error(`fleet ${spec.name}: the update was cancelled between two members`);
    const step = nextStep(await memberStates(spec), spec.size);
    if (step.kind === "done") return running(spec);
    if (step.kind === "retire") {
      context.log("info", `${step.name} is draining`, true);
      await retireMember(spec, step.name, context.signal);
      continue;
    }
    const made = await makeMembers(spec, step.count);
    if (!step.wait) continue;
    for (const record of made) {
      context.log("info", `${record.name} is starting`, true);
      await awaitHealthy(spec, record, context.signal);
    }
  }
}

/**
 * Changes go member by member, new before old, drained. A change that fails leaves the old members where they are; it
 * goes on where it stopped with the next update. A member that is gone is made anew by the update after a refresh.
 */
export const fleet: ResourceDefinition = {
  replaceOn: REPLACE,
  deleteBeforeReplace: true,
  check: checker(schema, poolFailures),
  diff(_id, oldOutputs, oldInputs, news) {
    const changed = inputDifferences(oldInputs, news, []).map(({ path }) => path);
    const replaces = changed.filter((path) => REPLACE.includes(topName(path)));
    const members = oldOutputs["members"];
    const whole =
      Array.isArray(members) && members.length === oldInputs["size"] && oldOutputs["outdated"] === 0;
    return Promise.resolve({
      changed: whole ? changed : [...changed, "members"],
      replaces,
      deleteBeforeReplace: true,
    });
  },
  async create(inputs, context) {
    if (context.preview) return { id: "", outputs: outputsOf(inputs, UNKNOWN, 0) };
    const spec = specOf(inputs);
    requireNetwork(spec.site);
    // What an interrupted try left.
    await Promise.all(
      memberRecords(spec.site, spec.name).map((record) => forgetMember(spec.site, record.name)),
    );
    const members = await makeMembers(spec, spec.size);
    return { id: `${spec.site}/${spec.name}`, outputs: outputsOf(inputs, memberOutputs(members), 0) };
  },
  read(id, outputs, inputs) {
    const [site = "", fleetName = ""] = id.split("/");
    const spec = specOf({ ...inputs, site, name: fleetName });
    const members = running(spec);
    const template = templateOf(spec);
    const outdated = members.filter(
      (record) => record.template !== template || !isRegistered(spec, record),
    ).length;
    return Promise.resolve({
      id,
      inputs,
      outputs: { ...outputs, members: memberOutputs(members), outdated },
    });
  },
  async update(_id, oldOutputs, oldInputs, news, context) {
    if (context.preview) {
      const unsure = hasUnknown(news) || templateOf(specOf(news)) !== templateOf(specOf(oldInputs));
      const same = !unsure && news["size"] === (oldOutputs["members"] as unknown[]).length;
      return outputsOf(news, same ? oldOutputs["members"] : UNKNOWN, 0);
    }
    return outputsOf(news, memberOutputs(await converge(specOf(news), context)), 0);
  },
  async delete(id) {
    const [site = "", fleetName = ""] = id.split("/");
    await Promise.all(memberRecords(site, fleetName).map((record) => forgetMember(site, record.name)));
  },
};
