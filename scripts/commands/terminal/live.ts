/** Lines that stay, above a block of lines that is redrawn in place while work goes on. */

/** What the block writes to: a terminal, or any stream, where only the lines that stay are written. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const REDRAW_MILLISECONDS = 200;

/** The control text that replaces a block of `height` lines by the given ones; pure, so that it can be tested. */
export function redraw(height: number, lines: readonly string[], columns: number): string {
  const up = height > 0 ? `\u001b[${height}A\r\u001b[J` : "";
  return up + lines.map((line) => `${[...line].slice(0, Math.max(1, columns - 1)).join("")}\n`).join("");
}

/** A live block at the end of the output. Call {@link close} when the work has ended. */
export class LiveBlock {
  private height = 0;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param current gives the lines of the block as of now; called on a terminal only.
   * @param output where to write. Default: stderr.
   */
  constructor(
    private readonly current: () => readonly string[],
    private readonly output: Output = process.stderr,
  ) {
    if (output.isTTY === true) {
      this.timer = setInterval(() => this.draw(), REDRAW_MILLISECONDS);
      this.timer.unref();
    }
  }

  get isLive(): boolean {
    return this.output.isTTY === true;
  }

  /** Writes a line that stays. */
  line(text: string): void {
    if (this.height > 0) {
      this.output.write(redraw(this.height, [], 1));
      this.height = 0;
    }
    this.output.write(`${text}\n`);
    if (this.timer !== undefined) {
      this.draw();
    }
  }

  /** Removes the block; the lines that stay, stay. */
  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    if (this.height > 0) {
      this.output.write(redraw(this.height, [], 1));
      this.height = 0;
    }
  }

  private draw(): void {
    const lines = this.current();
    this.output.write(redraw(this.height, lines, this.output.columns ?? 80));
    this.height = lines.length;
  }
}
