import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./command";
import { parseSums, renderSums, sha256File } from "./content";

/** Name of the file beside a pom that records the SHA-256 of every jar. */
export const recordFile = "jars.sha256";

/** Version of the project in a pom: the version of the software that it pins. */
export function pomVersion(pom: string): string {
  // The first <version> of the file is the project's own, since these poms have no parent.
  const version = /<version>([^<$]+)<\/version>/.exec(pom)?.[1];
  if (version === undefined) {
    throw new Error("The pom has no <version>.");
  }
  return version;
}

/**
 * The ways in which the jars seen differ from the recorded ones, a sentence each; none when all are
 * as recorded.
 */
export function jarFaults(
  recorded: ReadonlyMap<string, string>,
  seen: ReadonlyMap<string, string>,
): string[] {
  const faults: string[] = [];
  for (const [jar, expected] of recorded) {
    const actual = seen.get(jar);
    if (actual === undefined) {
      faults.push(`${jar} is missing`);
    } else if (actual !== expected) {
      faults.push(`${jar} has SHA-256 ${actual}, recorded is ${expected}`);
    }
  }
  for (const jar of seen.keys()) {
    if (!recorded.has(jar)) {
      faults.push(`${jar} is not recorded`);
    }
  }
  return faults;
}

/**
 * Resolves the jars of the pom in `source` into `target` and compares them with the record beside
 * the pom; with `record` it rewrites the record instead. An error names every jar that differs.
 */
export async function resolveJars(options: {
  source: string;
  target: string;
  record: boolean;
  log: (line: string) => void;
}): Promise<void> {
  const { source, target } = options;
  await mkdir(target, { recursive: true });
  await runCommand(
    "mvn",
    [
      ...["-q", "-B", "-f", join(source, "pom.xml")],
      "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies",
      `-DoutputDirectory=${target}`,
    ],
    { cwd: source, attempts: 3, log: options.log, env: { MAVEN_OPTS: "-XX:+UseSerialGC" } },
  );
  const seen = new Map<string, string>();
  for (const jar of await readdir(target)) {
    seen.set(jar, await sha256File(join(target, jar)));
  }
  const recordPath = join(source, recordFile);
  if (options.record) {
    await writeFile(recordPath, renderSums(seen));
    return;
  }
  const faults = jarFaults(parseSums(await readFile(recordPath, "utf8")), seen);
  if (faults.length > 0) {
    await rm(target, { recursive: true, force: true });
    throw new Error(
      `The jars are not those recorded in ${recordPath}:\n  ${faults.join("\n  ")}\n` +
        "A damaged download is cured by removing it from ~/.m2/repository; after a change of the pom, " +
        "record the new jars with --record and review the difference.",
    );
  }
}
