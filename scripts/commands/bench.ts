/** Measures an environment: from nothing to verified, a no-change update, memory at the peak. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

import { CommandError, newCommand, runCommand } from "./command-line";
import { paint } from "./terminal/colours";
import { renderTable } from "./terminal/table";

/** One thing that was measured, and what it may be at the most. */
export interface Measure {
  name: string;
  value: number;
  unit: "s" | "MiB";
  limit?: number;
}

interface Options {
  environment: string;
  json: boolean;
  keep: boolean;
}

/** Aims of the default topology: 90 s to a verified cluster, 10 s for an update without a change, 5 GB of memory. */
const LIMITS = { verified: 90, noChange: 10, memory: Math.floor(5e9 / 2 ** 20) } as const;

/** The measures as a table. */
export function measuresTable(measures: readonly Measure[]): string {
  return renderTable(
    [
      { heading: "PHASE" },
      { heading: "MEASURED", numeric: true },
      { heading: "LIMIT", numeric: true },
      { heading: "" },
    ],
    measures.map(({ name, value, unit, limit }) => {
      const shown = `${unit === "s" ? value.toFixed(1) : value} ${unit}`;
      if (limit === undefined) {
        return [name, shown];
      }
      return [
        name,
        shown,
        `${limit} ${unit}`,
        value <= limit ? paint("good", "within") : paint("bad", "above"),
      ];
    }),
  );
}

/** The steps of an update that took longest, from the lines that told of them; they overlap. */
export function slowest(lines: readonly string[], most: number): Measure[] {
  return lines
    .map((line) => /^✓ (.+) \((?:(\d+) min )?(\d+(?:\.\d+)?) s\)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name = "", minutes = "0", seconds = "0"]): Measure => ({
      name: `  ${name}`,
      value: Number(minutes) * 60 + Number(seconds),
      unit: "s",
    }))
    .sort((a, b) => b.value - a.value)
    .slice(0, most);
}

async function bench(options: Options): Promise<void> {
  const [
    { bringUp },
    { takeDown },
    { runSmoke },
    { watchMemory },
    { siteGroup },
    { hasState, locateEnvironment, REPOSITORY, siteOf },
  ] = await Promise.all([
    import("./environment/bring-up"),
    import("./environment/take-down"),
    import("./environment/verify"),
    import("./environment/memory"),
    import("../../components/sites/local/provider/site/cgroup"),
    import("./environment/open"),
  ]);
  const args = { environment: options.environment };
  const location = locateEnvironment(args);
  if (siteOf(location) !== "local") {
    throw new CommandError("bench makes an environment and removes it; it does so on this machine only", 2);
  }
  const { siteRemains } = await import("../../components/sites/local/provider/site/sweep");
  if ((await siteRemains(options.environment)).length > 0) {
    throw new CommandError(
      `environment "${options.environment}" is running, and bench begins with nothing; \`npm run down\` removes it with its data`,
    );
  }
  if (hasState(location)) {
    await takeDown(args);
  }

  const lines: string[] = [];
  const output = {
    write: (text: string) => {
      lines.push(...text.split("\n").filter(Boolean));
      return process.stderr.write(text);
    },
  };
  const memory = watchMemory(siteGroup(options.environment));
  const began = Date.now();
  const up = await bringUp(args, { refresh: false, output });
  const steps = slowest(lines, 10);
  const smokeBegan = Date.now();
  const report = await runSmoke(up.outputs, up.environment.settings, (line) =>
    process.stderr.write(`${line}\n`),
  );
  const verified = Date.now();
  const again = await bringUp(args, { refresh: false, output });
  const peak = memory.stop();
  const downBegan = Date.now();
  if (!options.keep) {
    await takeDown(args, output);
  }
  const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
  const measures: Measure[] = [
    { name: "bootstrap, all there", value: seconds(up.bootstrapDuration), unit: "s", limit: 2 },
    { name: "update that makes everything", value: seconds(up.result.duration), unit: "s" },
    ...steps,
    { name: "smoke test", value: seconds(verified - smokeBegan), unit: "s" },
    { name: "from nothing to verified", value: seconds(verified - began), unit: "s", limit: LIMITS.verified },
    // Files that were edited meanwhile make the second update a real one, which no limit holds for.
    Object.keys(again.result.changes.done).length === 0
      ? {
          name: "update without a change",
          value: seconds(again.result.duration),
          unit: "s",
          limit: LIMITS.noChange,
        }
      : { name: "second update, with changes", value: seconds(again.result.duration), unit: "s" },
    { name: "memory at the peak (PSS)", value: peak, unit: "MiB", limit: LIMITS.memory },
    ...(options.keep
      ? []
      : [{ name: "removal", value: seconds(Date.now() - downBegan), unit: "s" } as const]),
  ];
  const result = {
    at: new Date(began).toISOString(),
    environment: options.environment,
    settings: up.environment.settings,
    machine: {
      processors: cpus().length,
      model: cpus()[0]?.model ?? "",
      memoryMiB: Math.round(totalmem() / 2 ** 20),
    },
    verified: report.ok,
    changesOfSecondUpdate: again.result.changes.done,
    measures,
  };
  const folder = join(REPOSITORY, "build", "bench");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.at.replaceAll(":", "-")}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(result, null, 2)}\n`
      : `${measuresTable(measures)}\n\nwritten: ${file.slice(REPOSITORY.length + 1)}\n`,
  );
  if (!report.ok) {
    throw new CommandError(
      "the smoke test found differences; the measures are of a cluster that does not serve rightly",
    );
  }
}

if (require.main === module) {
  const command = newCommand(
    "bench",
    "Bring the environment up from nothing, measure each phase, remove it again.",
  )
    .option("--json", "print the measures as JSON; a file with them is written in any case", false)
    .option("--keep", "leave the environment running", false)
    .action(bench);
  void runCommand(command);
}
