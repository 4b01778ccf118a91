/** Every resource type of the table as a definition that the engine can be served with. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { Archive, Asset } from "../../provider/assets";
import { isMap } from "../../provider/properties";
import type { CheckFailure, OperationContext, Properties, ResourceDefinition } from "../../provider/resource";
import { changeLedger, type Ledger, ledgerFile, readLedger, requireLedger } from "./account";
import { autonameOf, RESOURCES, shortName } from "./catalog";
import { checkResource } from "./check";
import { type Configuration, credentialsPresent } from "./configuration";
import { checkDeletion } from "./deletion";
import { autonameFor, idOf, type Origin } from "./identities";
import { tagsAll } from "./makers";
import { madeOutputs, previewOutputs, updatedOutputs } from "./outputs";
import { checkReferences, checkUnique } from "./references";
import { checkRelations } from "./relations";
import { conditionFailures, decide, refusedChange } from "./replacement";

/** What all resources of one provider have in common. */
export interface World {
  configuration: Configuration;
  env: NodeJS.ProcessEnv;
}

/**
 * The environment variable that names, by the end of its URN, a resource whose creation fails; with `@` before it,
 * the file that holds that text at the time.
 */
export const FAIL_CREATE = "OFFLINE_AWS_FAIL_CREATE";

function failsOnRequest(urn: string, env: NodeJS.ProcessEnv): boolean {
  const asked = env[FAIL_CREATE] ?? "";
  const file = asked.startsWith("@") ? asked.slice(1) : undefined;
  const end = file === undefined ? asked : existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  return end !== "" && urn.endsWith(end);
}

function refuseCredentials({ configuration, env }: World): void {
  const found = credentialsPresent(configuration.settings, env);
  if (found)
    throw new Error(
      `the offline AWS plugin makes nothing, and AWS credentials are present (${found}): ` +
        "install the real plugin for an update of the account, or run without the credentials",
    );
}

const KEPT_BACK = "offlineAwsKeptBack";

/** What the ledger holds of inputs or outputs: of secrets and files only a hash. */
export function forLedger(properties: Properties, secrets: readonly string[]): Properties {
  const hashOf = (value: unknown): unknown => ({
    [KEPT_BACK]: createHash("sha256").update(JSON.stringify(value)).digest("hex"),
  });
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      const hidden = secrets.includes(name) || value instanceof Asset || value instanceof Archive;
      return [name, hidden ? hashOf(value) : value];
    }),
  );
}

/** Properties from the ledger, with what it keeps back taken from the state. */
export function fromLedger(recorded: Properties, state: Properties): Properties {
  return Object.fromEntries(
    Object.entries(recorded).flatMap(([name, value]) => {
      if (!isMap(value) || !(KEPT_BACK in value)) return [[name, value]];
      return state[name] === undefined ? [] : [[name, state[name]]];
    }),
  );
}

/** The property in which the SDK notes the names of inputs that were filled in. */
const DEFAULTS = "__defaults";

/** True when a resource keeps a name that the program gave: the new one can only be made when the old one is gone. */
export function keepsGivenName(token: string, olds: Properties, news: Properties): boolean {
  const property = autonameOf(shortName(token))?.property;
  if (property === undefined || news[property] === undefined || news[property] !== olds[property])
    return false;
  const filled = news[DEFAULTS];
  return !(Array.isArray(filled) && filled.includes(property));
}

/** Names whose values are secret although the program does not say so. */
function secretsOf(token: string): string[] {
  return Object.entries(RESOURCES[token]?.inputs ?? {})
    .filter(([, { secret }]) => secret === true)
    .map(([name]) => name);
}

function named(
  token: string,
  inputs: Properties,
  olds: Properties | undefined,
  origin: Origin,
): CheckFailure[] {
  const rule = autonameOf(shortName(token));
  if (!rule || inputs[rule.property] !== undefined || inputs[`${rule.property}Prefix`] !== undefined)
    return [];
  const old = olds?.[rule.property];
  inputs[DEFAULTS] = [rule.property];
  if (typeof old === "string") {
    inputs[rule.property] = old;
    return [];
  }
  try {
    inputs[rule.property] = autonameFor(origin)?.name;
    return [];
  } catch (error) {
    return [{ property: rule.property, reason: (error as Error).message }];
  }
}

/** The id of what AWS has made already, and a resource only takes over. */
function adoptedId(ledger: Ledger, token: string, inputs: Properties): string | undefined {
  if (shortName(token) !== "ec2.DefaultSecurityGroup") return undefined;
  const id = ledger.find(inputs["vpcId"], "ec2.Vpc")?.outputs["defaultSecurityGroupId"];
  return typeof id === "string" ? id : undefined;
}

/** The definition of one type. */
export function resourceOf(token: string, world: World): ResourceDefinition {
  const secretOutputs = secretsOf(token);
  const originOf = (urn: string, generation: number): Origin => ({ token, urn, generation });
  const hidden = (context: OperationContext): string[] => [...secretOutputs, ...(context.secretInputs ?? [])];

  return {
    secretOutputs,

    check: (news, olds, context) => {
      const { inputs, failures } = checkResource(token, news, hidden(context));
      const generation = readLedger(ledgerFile(context.urn, world.env)).generation(context.urn);
      failures.push(...named(token, inputs, olds, originOf(context.urn, generation)));
      failures.push(...conditionFailures(token, inputs));
      return Promise.resolve({ inputs, failures });
    },

    diff: (_id, oldOutputs, oldInputs, news) => {
      const { changed, replaces } = decide(token, oldInputs, news, oldOutputs);
      if (RESOURCES[token]?.outputs["tagsAll"] && !changed.some((path) => path.startsWith("tags"))) {
        const all = tagsAll(news, world.configuration);
        if (JSON.stringify(sorted(all)) !== JSON.stringify(sorted(oldOutputs["tagsAll"] ?? {})))
          changed.push("tagsAll");
      }
      const deleteBeforeReplace = replaces.length > 0 && keepsGivenName(token, oldInputs, news);
      return Promise.resolve({ changed, replaces, deleteBeforeReplace });
    },

    create: (inputs, context) => {
      const { configuration } = world;
      if (context.preview)
        return Promise.resolve({ id: "", outputs: previewOutputs(token, inputs, configuration) });
      refuseCredentials(world);
      if (failsOnRequest(context.urn, world.env))
        throw new Error(`api error InternalError: ${FAIL_CREATE} asks that ${context.urn} cannot be made`);
      return Promise.resolve(
        changeLedger(ledgerFile(context.urn, world.env), (ledger) => {
          checkReferences(ledger, token, inputs, configuration.account);
          checkUnique(ledger, token, inputs);
          checkRelations(ledger, { token, id: "", inputs, configuration });
          const origin = originOf(context.urn, ledger.generation(context.urn));
          const id = adoptedId(ledger, token, inputs) ?? idOf(origin, inputs, configuration);
          const outputs = madeOutputs({ origin, id, inputs, configuration, ledger });
          ledger.add({
            token,
            id,
            urn: context.urn,
            inputs: forLedger(inputs, hidden(context)),
            outputs: forLedger(outputs, hidden(context)),
          });
          return { id, outputs };
        }),
      );
    },

    update: (id, oldOutputs, oldInputs, news, context) => {
      const { configuration } = world;
      const { changed } = decide(token, oldInputs, news, oldOutputs);
      if (context.preview)
        return Promise.resolve(updatedOutputs(token, oldOutputs, news, changed, configuration));
      refuseCredentials(world);
      const file = ledgerFile(context.urn, world.env);
      requireLedger(file);
      return Promise.resolve(
        changeLedger(file, (ledger) => {
          const record = ledger.all().find((one) => one.token === token && one.id === id);
          if (!record)
            throw new Error(
              `${shortName(token)} ${id} is not in the offline account any more; refresh the stack to see what is`,
            );
          const refusal = refusedChange(token, oldInputs, news);
          if (refusal) throw new Error(`api error ${refusal}`);
          checkReferences(ledger, token, news, configuration.account);
          checkRelations(ledger, { token, id, inputs: news, configuration });
          const origin = originOf(context.urn, Math.max(0, ledger.generation(context.urn) - 1));
          const making = { origin, id, inputs: news, configuration, ledger };
          const outputs = updatedOutputs(token, oldOutputs, news, changed, configuration, making);
          record.inputs = forLedger(news, hidden(context));
          record.outputs = forLedger(outputs, hidden(context));
          return outputs;
        }),
      );
    },

    read: (id, outputs, inputs, context) => {
      const file = ledgerFile(context.urn, world.env);
      requireLedger(file);
      const ledger = readLedger(file);
      const record = ledger.all().find((one) => one.token === token && one.id === id);
      if (!record) return Promise.resolve(undefined);
      return Promise.resolve({
        id,
        inputs: fromLedger(record.inputs, inputs),
        outputs: fromLedger(record.outputs, outputs),
      });
    },

    delete: (id, _outputs, _inputs, context) => {
      refuseCredentials(world);
      const file = ledgerFile(context.urn, world.env);
      requireLedger(file);
      changeLedger(file, (ledger) => {
        const record = ledger.all().find((one) => one.token === token && one.id === id);
        if (!record) return;
        checkDeletion(ledger, record);
        ledger.remove(token, id);
      });
      return Promise.resolve();
    },
  };
}

function sorted(value: unknown): unknown {
  return isMap(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => one.localeCompare(other)))
    : String(value);
}
