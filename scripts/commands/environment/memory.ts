/** Memory of an environment's machines on this machine, sampled from the processes below their control group. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Processes of a control group and of all groups below it. */
function processesBelow(group: string): string[] {
  try {
    const own = readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean);
    const below = readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => processesBelow(join(group, name)));
    return [...own, ...below];
  } catch {
    // The group went while it was being read.
    return [];
  }
}

/** The proportional set size of a process in KiB: pages that several share are counted once in all. */
export function proportionalSize(rollup: string): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
}

/** Memory of all processes below a control group, in MiB. */
export function memoryOf(group: string): number {
  const sizes = processesBelow(group).map((pid) => {
    try {
      return proportionalSize(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
    } catch {
      return 0;
    }
  });
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}

/** Samples a control group until stopped; `stop` gives the highest sum seen, in MiB. */
export function watchMemory(group: string, interval = 2000): { stop: () => number } {
  let peak = 0;
  const sample = () => (peak = Math.max(peak, memoryOf(group)));
  const timer = setInterval(sample, interval);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      sample();
      return peak;
    },
  };
}
