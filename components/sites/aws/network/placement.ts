/**
 * Which zone a long-lived host stands in. A volume never leaves its zone, so a host that has data must never be dealt
 * out anew because the number of zones changed.
 */

/** Zone numbers, from 0, of hosts whose zone is not the dealt one. */
export type ZonePins = Readonly<Record<string, number>>;

/** The number in a host's name. @throws when the name is not `<kind>-<number>` */
function numberOf(host: string): number {
  const match = /^[a-z]+-([1-9]\d*)$/.exec(host);
  if (match === null) {
    throw new Error(`host "${host}" is not named <kind>-<number>, so it cannot be given a zone`);
  }
  return Number(match[1]);
}

/**
 * Number of the zone that a host stands in, from 0: the pinned one, or else hosts of a kind are dealt out in turn.
 *
 * @throws when the pin names a zone that is not there
 */
export function zoneIndexOf(host: string, zoneCount: number, pins: ZonePins = {}): number {
  const pinned = Object.hasOwn(pins, host) ? pins[host] : undefined;
  if (pinned === undefined) {
    return (numberOf(host) - 1) % zoneCount;
  }
  if (!Number.isInteger(pinned) || pinned < 0 || pinned >= zoneCount) {
    throw new Error(
      `host "${host}" is pinned to zone number ${pinned}; the environment has zones 0 to ${zoneCount - 1}`,
    );
  }
  return pinned;
}

/**
 * The pins with which a change of the number of zones leaves every existing host where it stands.
 *
 * @param hosts names of the hosts that exist
 * @throws when a host stands in a zone that would be gone, naming it
 */
export function pinsForZones(
  hosts: readonly string[],
  before: number,
  after: number,
  pins: ZonePins = {},
): Record<string, number> {
  const result: Record<string, number> = {};
  for (const host of hosts) {
    const stands = zoneIndexOf(host, before, pins);
    if (stands >= after) {
      throw new Error(
        `host "${host}" stands in zone number ${stands}, which would be gone with ${after} zones; let it leave first`,
      );
    }
    if (zoneIndexOf(host, after) !== stands) {
      result[host] = stands;
    }
  }
  return result;
}
