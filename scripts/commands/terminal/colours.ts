import { styleText } from "node:util";

/** Colours that carry a meaning here. */
export type Tone = "good" | "bad" | "warning" | "quiet" | "strong";

const FORMATS = { good: "green", bad: "red", warning: "yellow", quiet: "dim", strong: "bold" } as const;

/** Colours a text for a stream; a stream that is no terminal, or NO_COLOR, gets it plain. */
export function paint(tone: Tone, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(FORMATS[tone], text, { stream });
}
