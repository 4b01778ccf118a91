/** The course of an update, told from the engine's events: what is being worked on, and what has been done. */
import { EngineEvent } from "@pulumi/pulumi/automation";

import { formatElapsed } from "../terminal/elapsed";
import { describeUrn, partsOf } from "./urn";

/** A resource that the engine works on. */
export interface Active {
  label: string;
  verb: string;
  began: number;
  /** The last line that its command said. */
  said: string;
}

/** What is known after some of the events. */
export interface Changes {
  readonly active: ReadonlyMap<string, Active>;
  /** Steps that have ended, by what they did. */
  readonly done: Readonly<Record<string, number>>;
  readonly failed: number;
}

/** Nothing has happened yet. */
export const NO_CHANGES: Changes = { active: new Map(), done: {}, failed: 0 };

const VERBS: Readonly<Record<string, { doing: string; done: string }>> = {
  create: { doing: "creating", done: "created" },
  update: { doing: "updating", done: "updated" },
  delete: { doing: "deleting", done: "deleted" },
  "create-replacement": { doing: "creating anew", done: "created anew" },
  "delete-replaced": { doing: "removing the old", done: "removed the old" },
};

/** Components and providers are bookkeeping; what people wait for are machines and commands. */
function isTold(urn: string): boolean {
  const { type } = partsOf(urn);
  return !type.startsWith("pulumi:") && !type.startsWith("opentsdb:");
}

/** Takes one event in; `line` is what to tell about it, if anything. `now` is in milliseconds. */
export function followChange(
  before: Changes,
  event: EngineEvent,
  now: number,
): { after: Changes; line?: string } {
  const started = event.resourcePreEvent?.metadata;
  const ended = event.resOutputsEvent?.metadata ?? event.resOpFailedEvent?.metadata;
  const said = event.diagnosticEvent;
  const active = new Map(before.active);

  if (started !== undefined) {
    const verb = VERBS[started.op];
    if (verb === undefined || !isTold(started.urn)) {
      return { after: before };
    }
    active.set(started.urn, { label: describeUrn(started.urn), verb: verb.doing, began: now, said: "" });
    return { after: { ...before, active } };
  }
  if (said?.urn !== undefined && said.urn !== "") {
    const current = active.get(said.urn);
    const text =
      said.message
        .replaceAll(/<\{%[^%]*%\}>/g, "")
        .trim()
        .split("\n")
        .at(-1) ?? "";
    if (current === undefined || text === "") {
      return { after: before };
    }
    active.set(said.urn, { ...current, said: text });
    return { after: { ...before, active } };
  }
  if (ended !== undefined) {
    const current = active.get(ended.urn);
    const verb = VERBS[ended.op];
    if (current === undefined || verb === undefined) {
      return { after: before };
    }
    active.delete(ended.urn);
    const took = formatElapsed(now - current.began);
    if (event.resOpFailedEvent !== undefined) {
      const after = { ...before, active, failed: before.failed + 1 };
      return { after, line: `✗ ${current.label} failed (${took})` };
    }
    const done = { ...before.done, [verb.done]: (before.done[verb.done] ?? 0) + 1 };
    return { after: { ...before, active, done }, line: `✓ ${current.label} ${verb.done} (${took})` };
  }
  return { after: before };
}

/** The block that is redrawn while the update goes on. */
export function activeLines(changes: Changes, now: number, most = 12): string[] {
  const lines = [...changes.active.values()].map(
    ({ label, verb, began, said }) =>
      `… ${label} ${verb}  ${formatElapsed(now - began)}${said === "" ? "" : `  ${said}`}`,
  );
  return lines.length > most ? [...lines.slice(0, most), `… and ${lines.length - most} more`] : lines;
}

/** One sentence about the whole, e.g. `12 created, 1 updated`; `nothing to change` when there was nothing. */
export function summary(changes: Changes): string {
  const parts = Object.entries(changes.done).map(([verb, count]) => `${count} ${verb}`);
  if (changes.failed > 0) {
    parts.push(`${changes.failed} failed`);
  }
  return parts.length === 0 ? "nothing to change" : parts.join(", ");
}
