/** Which Pulumi CLI this repository takes. */

/** The version that is installed or built where none is found, and the oldest that is taken. */
export const CLI_VERSION = "3.250.0";

/** The numbers of a version such as `v3.250.0` or `3.251.0-alpha.1+dirty`; undefined if it is none. */
export function parseVersion(text: string): [number, number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text.trim());
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** True for the required version and newer ones of the same major version. */
export function isAcceptable(text: string, required = CLI_VERSION): boolean {
  const found = parseVersion(text);
  const wanted = parseVersion(required);
  if (!found || !wanted || found[0] !== wanted[0]) return false;
  return found[1] > wanted[1] || (found[1] === wanted[1] && found[2] >= wanted[2]);
}
