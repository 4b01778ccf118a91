/** One thing that a smoke run checked. */
export interface SmokeCheck {
  name: string;
  ok: boolean;
  /** What was found, in one line. */
  detail: string;
  /** What was counted, e.g. points sent and served. */
  counts: Readonly<Record<string, number>>;
  durationMs: number;
}

/** What a smoke run found. */
export interface SmokeReport {
  environment: string;
  endpoint: string;
  /** The run's slot and window; its points can be looked at with them afterwards. */
  run: { slot: string; start: number };
  /** Whether every check passed. */
  ok: boolean;
  checks: readonly SmokeCheck[];
  /** Points whose value was compared with what was sent. */
  pointsVerified: number;
  durationMs: number;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** One check as a line for a person. */
export function renderCheck(check: SmokeCheck): string {
  return `${check.ok ? "ok    " : "FAILED"} ${check.name}: ${check.detail} (${seconds(check.durationMs)})`;
}

/** The whole report for a person. */
export function renderReport(report: SmokeReport): string {
  const failed = report.checks.filter(({ ok }) => !ok).length;
  const verdict = report.ok
    ? `data sent is data served: ${report.pointsVerified} points read back and compared in ${seconds(report.durationMs)}`
    : `${failed} of ${report.checks.length} checks failed`;
  return [
    `smoke test of ${report.environment} at ${report.endpoint}`,
    ...report.checks.map(renderCheck),
    verdict,
    "",
  ].join("\n");
}

/** The whole report for a program. */
export function renderReportJson(report: SmokeReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
