/** What came out of a part of the tests. */
import { z } from "zod";

/** Counts of a part, and what it left out. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** Names of what failed, for the end of the output. */
  failures: readonly string[];
}

/** Nothing has run. */
export const NOTHING: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** Mocha's JSON report, as far as it is used here. */
const mochaReport = z.object({
  stats: z.object({ passes: z.number(), failures: z.number(), pending: z.number() }),
  failures: z.array(z.object({ fullTitle: z.string() })),
});

/**
 * The outcome of a mocha run. A run that ended badly though no test failed, or that left no report, counts as one
 * failure: what has not been seen to pass has not passed.
 */
export function mochaOutcome(suite: string, report: string | undefined, ended: string | undefined): Outcome {
  let raw: unknown;
  try {
    raw = report === undefined ? undefined : JSON.parse(report);
  } catch {
    raw = undefined;
  }
  const parsed = mochaReport.safeParse(raw);
  if (!parsed.success) {
    return {
      ...NOTHING,
      failed: 1,
      failures: [`${suite}: no report; the run ${ended ?? "ended without a word"}`],
    };
  }
  const { passes, failures, pending } = parsed.data.stats;
  const told = parsed.data.failures.map(({ fullTitle }) => `${suite}: ${fullTitle}`);
  const lost = ended !== undefined && failures === 0 ? [`${suite}: the run ${ended}`] : [];
  return { passed: passes, failed: failures + lost.length, skipped: pending, failures: [...told, ...lost] };
}

/** The outcome of a check. */
export function checkOutcome(name: string, ended: string | undefined): Outcome {
  return ended === undefined
    ? { ...NOTHING, passed: 1 }
    : { ...NOTHING, failed: 1, failures: [`${name}: ${ended}`] };
}

/** Outcomes together. */
export function total(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (sum, { passed, failed, skipped, failures }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
      failures: [...sum.failures, ...failures],
    }),
    NOTHING,
  );
}

/** The last line of the output; other programs read it, so nothing else stands in it. */
export function closingLine({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed`;
}

/** How many tests said that this machine cannot host them; empty when none did. */
export function skippedNote({ skipped }: Outcome): string {
  return skipped === 0 ? "" : `, ${skipped} skipped (the lines above say why)`;
}
