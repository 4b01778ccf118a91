/** What `npm test` runs, in this order: the quick ones first. */

/** A check by a program whose exit code is the verdict. */
export interface Check {
  kind: "check";
  name: string;
  /** Program and arguments; programs of npm packages are found in node_modules/.bin. */
  command: readonly string[];
}

/** Tests that mocha runs. */
export interface Suite {
  kind: "mocha";
  name: string;
  /** Folder with the tests. */
  folder: string;
  /** A run that takes longer is ended (minutes). */
  minutes: number;
}

/** One part of `npm test`. */
export type Part = Check | Suite;

/** All parts; `shellFiles` are the shell scripts to check. */
export function allParts(shellFiles: readonly string[]): readonly Part[] {
  return [
    { kind: "check", name: "types", command: ["tsc", "--noEmit"] },
    { kind: "check", name: "lint", command: ["eslint", "."] },
    { kind: "check", name: "format", command: ["prettier", "--check", "--log-level=warn", "."] },
    { kind: "check", name: "shell", command: ["shellcheck", "-x", ...shellFiles] },
    { kind: "mocha", name: "unit", folder: "test/unit", minutes: 5 },
    { kind: "mocha", name: "policy", folder: "test/policy", minutes: 5 },
    { kind: "mocha", name: "bundle", folder: "test/bundle", minutes: 10 },
    { kind: "mocha", name: "verify", folder: "test/verify", minutes: 10 },
    { kind: "mocha", name: "engine", folder: "test/engine", minutes: 15 },
    { kind: "mocha", name: "hosts", folder: "test/hosts", minutes: 15 },
    { kind: "mocha", name: "cluster", folder: "test/cluster", minutes: 30 },
  ];
}

/** The parts of those names, in their own order. @throws naming what there is when a name is none. */
export function chooseParts(parts: readonly Part[], only: readonly string[]): Part[] {
  const names = parts.map(({ name }) => name);
  const wrong = only.find((name) => !names.includes(name));
  if (wrong !== undefined) {
    throw new Error(`"${wrong}" is no part of the tests; there are ${names.join(", ")}`);
  }
  return parts.filter(({ name }) => only.length === 0 || only.includes(name));
}
