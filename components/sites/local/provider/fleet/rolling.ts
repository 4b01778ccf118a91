/** What to do next to bring a fleet to what it is to be. */

/** A member as the decision sees it. */
export interface MemberState {
  name: string;
  /** Made from what the fleet's members are to be made from now. */
  current: boolean;
  /** Healthy behind all its listeners. */
  healthy: boolean;
}

/** One step: power on this many, with or without waiting for their health, retire one, or stop. */
export type Step =
  { kind: "make"; count: number; wait: boolean } | { kind: "retire"; name: string } | { kind: "done" };

/**
 * The next step. While outdated members are there, one new member at a time is made and must be healthy before an
 * outdated one goes: at no time are there fewer than `size`, nor more than `size + 1` unless there were before.
 */
export function nextStep(members: readonly MemberState[], size: number): Step {
  const outdated = members.filter((member) => !member.current);
  const current = members.length - outdated.length;
  if (members.length > size) {
    const leaving = [...(outdated.length > 0 ? outdated : members)].sort(leavesFirst)[0];
    if (leaving) return { kind: "retire", name: leaving.name };
  }
  if (outdated.length > 0) return { kind: "make", count: 1, wait: true };
  if (current < size) return { kind: "make", count: size - current, wait: false };
  return { kind: "done" };
}

/** Members of an interrupted rolling change that never became healthy: they go before anything else is done. */
export function strandedMembers(members: readonly MemberState[]): string[] {
  const rolling = members.some((member) => !member.current);
  return rolling ? members.filter((member) => member.current && !member.healthy).map(({ name }) => name) : [];
}

/** The addresses of the pool that no machine has, lowest first. */
export function freeAddresses(pool: readonly string[], taken: readonly string[]): string[] {
  return pool.filter((address) => !taken.includes(address));
}

function leavesFirst(a: MemberState, b: MemberState): number {
  return Number(a.healthy) - Number(b.healthy) || a.name.localeCompare(b.name);
}
