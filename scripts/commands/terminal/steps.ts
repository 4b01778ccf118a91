import { formatElapsed } from "./elapsed";
import { LiveBlock, Output } from "./live";

/** A step of longer work: takes lines about what it is at. */
export type StepLog = (line: string) => void;

/** A step that failed, by name; its cause says why. */
export class StepError extends Error {
  override readonly name = "StepError";

  constructor(
    readonly step: string,
    cause: unknown,
  ) {
    super(`${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

interface Running {
  label: string;
  began: number;
  detail: string;
  announced: boolean;
}

/** A step that takes no longer than this (milliseconds) says nothing. */
const QUIET_MILLISECONDS = 1000;
/** Off a terminal, a step that says nothing itself shows this often (milliseconds) that it is alive. */
const HEARTBEAT_MILLISECONDS = 30_000;

/** Steps that may run side by side; quiet while they are quick, one line each when they take long. */
export class Steps {
  private readonly running = new Set<Running>();
  private readonly block: LiveBlock;

  constructor(
    output: Output = process.stderr,
    private readonly now: () => number = Date.now,
  ) {
    this.block = new LiveBlock(
      () =>
        [...this.running]
          .filter((step) => this.age(step) >= QUIET_MILLISECONDS)
          .map(({ label, detail, began }) =>
            [`… ${label}`, formatElapsed(this.now() - began), detail]
              .filter((part) => part !== "")
              .join("  "),
          ),
      output,
    );
  }

  /** Runs one step; a failure becomes a {@link StepError} with the step's label. */
  async run<T>(label: string, work: (log: StepLog) => Promise<T>): Promise<T> {
    const step: Running = { label, began: this.now(), detail: "", announced: false };
    this.running.add(step);
    const announce = setTimeout(() => this.announce(step), QUIET_MILLISECONDS);
    let heard = this.now();
    const heartbeat = setInterval(() => {
      if (this.now() - heard >= HEARTBEAT_MILLISECONDS) {
        this.plain(`${label}: still at it (${this.elapsed(step)})`);
      }
    }, HEARTBEAT_MILLISECONDS);
    try {
      const result = await work((line) => {
        step.detail = line;
        heard = this.now();
        this.announce(step);
        this.plain(`${label}: ${line}`);
      });
      if (step.announced || this.age(step) >= QUIET_MILLISECONDS) {
        this.running.delete(step);
        this.block.line(`✓ ${label} (${this.elapsed(step)})`);
      }
      return result;
    } catch (error) {
      throw error instanceof StepError ? error : new StepError(label, error);
    } finally {
      clearTimeout(announce);
      clearInterval(heartbeat);
      this.running.delete(step);
    }
  }

  /** Ends the display. */
  close(): void {
    this.block.close();
  }

  private age(step: Running): number {
    return this.now() - step.began;
  }

  private elapsed(step: Running): string {
    return formatElapsed(this.age(step));
  }

  private announce(step: Running): void {
    if (!step.announced) {
      step.announced = true;
      this.plain(`… ${step.label}`);
    }
  }

  /** On a terminal the block shows it. */
  private plain(line: string): void {
    if (!this.block.isLive) {
      this.block.line(line);
    }
  }
}
