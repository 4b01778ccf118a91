/** Keeps account of what a cluster has acknowledged, and asks for all of it back. */
import * as assert from "node:assert/strict";

/** Points in a body; each body is one value of `batch`. */
const POINTS = 50;

/** Between two bodies, in milliseconds: a cluster under change is to be watched, not flooded. */
const PAUSE = 50;

/** How long a request may take before it counts as failed, in milliseconds. */
const TIMEOUT = 60_000;

/** A sequence of acknowledged points: the values count up, so a gap in them is a loss. */
export class Ledger {
  private readonly acknowledged = new Map<number, number>();
  /** One second a point, from far enough back that a long run does not reach the future. */
  private next = Math.floor(Date.now() / 1000) - 500_000;
  private stopped = false;
  private running: Promise<void> | undefined;
  /** Requests that were not acknowledged, with the reason. */
  readonly refused: string[] = [];

  constructor(
    private readonly endpoint: string,
    private readonly metric: string,
  ) {}

  get size(): number {
    return this.acknowledged.size;
  }

  /** Writes one body and notes what was acknowledged. */
  async write(): Promise<void> {
    const points = Array.from({ length: POINTS }, () => {
      const timestamp = this.next++;
      return { metric: this.metric, timestamp, value: timestamp % 9973, tags: { writer: "ledger" } };
    });
    try {
      const answer = await fetch(`${this.endpoint}/api/put?sync&details`, {
        method: "POST",
        headers: { "content-type": "application/json", connection: "close" },
        body: JSON.stringify(points),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      const text = await answer.text();
      const { success, failed } = JSON.parse(text) as { success?: number; failed?: number };
      if (answer.ok && failed === 0 && success === POINTS) {
        points.forEach(({ timestamp, value }) => this.acknowledged.set(timestamp, value));
      } else {
        this.refused.push(`${answer.status} ${text.slice(0, 300)}`);
      }
    } catch (error) {
      this.refused.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }

  /** Writes body after body until {@link stop}. */
  start(): void {
    this.stopped = false;
    this.running = (async () => {
      while (!this.stopped) {
        await this.write();
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    })();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Reads everything back: each acknowledged point is there, with its value. */
  async check(): Promise<void> {
    const times = [...this.acknowledged.keys()];
    assert.ok(times.length > 0, "nothing was acknowledged");
    // The times count up; a hundred thousand of them are too many to be arguments of Math.min.
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    const url = `${this.endpoint}/api/query?start=${first}&end=${last + 1}&m=none:${this.metric}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) });
    const text = await answer.text();
    assert.equal(answer.status, 200, text.slice(0, 500));
    const [series] = JSON.parse(text) as { dps: Record<string, number> }[];
    const lost = times.filter((time) => series?.dps[String(time)] !== this.acknowledged.get(time));
    assert.deepEqual(
      lost.slice(0, 5),
      [],
      `${lost.length} of ${times.length} acknowledged points are not served`,
    );
  }
}
