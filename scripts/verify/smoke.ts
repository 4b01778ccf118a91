import { CHECKS, CheckFailed, Finding, Run, SmokeArgs, emptyPlace } from "./checks";
import { EndpointClient, EndpointError } from "./client";
import { SmokeCheck, SmokeReport, renderCheck } from "./report";
import { RunPlace, samplesOf } from "./samples";

export type { SmokeArgs } from "./checks";

async function perform(
  name: string,
  check: () => Promise<Finding>,
  signal?: AbortSignal,
): Promise<SmokeCheck> {
  const started = performance.now();
  const done = (ok: boolean, detail: string, counts: Record<string, number> = {}): SmokeCheck => ({
    name,
    ok,
    detail,
    counts,
    durationMs: Math.round(performance.now() - started),
  });
  try {
    const { detail, counts } = await check();
    return done(true, detail, counts);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CheckFailed || error instanceof EndpointError) {
      return done(false, error.message);
    }
    throw error;
  }
}

/**
 * Data sent is data served: writes points through the endpoint in every way that clients have, reads every one back,
 * compares it with what was sent, and sees that the hosts' own metrics arrive.
 *
 * Nothing is tried twice but what is legitimately late: points over telnet, and host metrics.
 *
 * @throws the signal's reason when it is aborted; every failure of the cluster is in the report instead
 */
export async function smoke(args: SmokeArgs): Promise<SmokeReport> {
  const log = args.log ?? (() => undefined);
  const started = performance.now();
  const client = new EndpointClient(args.endpoint, args.signal);
  const checks: SmokeCheck[] = [];
  const record = (check: SmokeCheck): boolean => {
    checks.push(check);
    log(renderCheck(check));
    return check.ok;
  };

  let place: RunPlace | undefined;
  const reached = await perform(
    "reach the endpoint",
    async () => {
      place = await emptyPlace(client);
      return { detail: `${client.address} answers queries` };
    },
    args.signal,
  );
  if (record(reached) && place) {
    const run: Run = { client, args, place, samples: samplesOf(place), verified: 0 };
    for (const [name, check] of CHECKS) {
      record(await perform(name, () => check(run), args.signal));
    }
    return reportOf(args, place, checks, run.verified, started);
  }
  return reportOf(args, { slot: "", start: 0, seed: 0 }, checks, 0, started);
}

function reportOf(
  args: SmokeArgs,
  place: RunPlace,
  checks: readonly SmokeCheck[],
  pointsVerified: number,
  started: number,
): SmokeReport {
  return {
    environment: args.environment,
    endpoint: args.endpoint,
    run: { slot: place.slot, start: place.start },
    ok: checks.every(({ ok }) => ok),
    checks,
    pointsVerified,
    durationMs: Math.round(performance.now() - started),
  };
}
