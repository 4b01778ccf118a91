/** What went wrong in an update, told from the engine's events: the resource, the host, the role, and why. */
import { EngineEvent } from "@pulumi/pulumi/automation";

import { describeUrn } from "./urn";

/** One resource that failed. */
export interface Failure {
  /** The resource, for people, e.g. `role tsd on tsd-1`; empty for a failure of the program itself. */
  resource: string;
  /** The host and the role that a role's script named, if it was one that failed. */
  host?: string;
  role?: string;
  message: string;
}

/** How lib/host.sh begins the message of a role that failed, at the start of a line. */
const ROLE_FAILED = /^role (\S+) failed on host ([^\s:]+)/m;
/** Lines by which the engine only says that it stops. */
const NOISE = [/^update failed$/, /^resource .* errored$/, /^preview failed$/, /^destroy failed$/];

function plain(text: string): string {
  // Colour directives of the engine: <{%reset%}>.
  return text.replaceAll(/<\{%[^%]*%\}>/g, "").trimEnd();
}

/** A role's own words, from where it names itself; what the SSH plugin put around them is cut. */
function roleMessage(message: string): string | undefined {
  const at = message.search(ROLE_FAILED);
  return at < 0 ? undefined : message.slice(at).trimEnd();
}

/** Collects the failures of one update, in the order in which they were told. */
export function failuresOf(events: readonly EngineEvent[]): Failure[] {
  const messages = new Map<string, string[]>();
  for (const { diagnosticEvent } of events) {
    if (diagnosticEvent === undefined || diagnosticEvent.severity !== "error") {
      continue;
    }
    const text = plain(diagnosticEvent.message);
    const urn = diagnosticEvent.urn ?? "";
    const known = messages.get(urn) ?? [];
    if (text.trim() !== "" && !NOISE.some((noise) => noise.test(text.trim())) && !known.includes(text)) {
      messages.set(urn, [...known, text]);
    }
  }
  const failures = [...messages].map(([urn, texts]): Failure => {
    const told = texts.map(roleMessage).find((text) => text !== undefined);
    const match = ROLE_FAILED.exec(told ?? "");
    const resource = urn === "" || urn.includes("pulumi:pulumi:Stack::") ? "" : describeUrn(urn);
    return {
      resource,
      ...(match?.[1] === undefined ? {} : { role: match[1] }),
      ...(match?.[2] === undefined ? {} : { host: match[2] }),
      message: told ?? texts.join("\n"),
    };
  });
  // The stack repeats what its resources have said already.
  const ofResources = failures.filter(({ resource }) => resource !== "");
  return ofResources.length > 0 ? ofResources : failures;
}

/** The failures as text; empty when there is none. */
export function renderFailures(failures: readonly Failure[]): string {
  return failures
    .map(({ resource, message }) => {
      const indented = message.split("\n").map((line) => `  ${line}`);
      return [...(resource === "" ? [] : [`✗ ${resource}`]), ...indented].join("\n");
    })
    .join("\n\n");
}
