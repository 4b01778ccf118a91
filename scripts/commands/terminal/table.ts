import { stripVTControlCharacters } from "node:util";

/** A column: its heading, and whether its values are numbers, which stand flush right. */
export interface Column {
  heading: string;
  numeric?: boolean;
}

function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** Rows under headings, each column as wide as its widest cell; a cell may carry colours and several lines. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = rows.flatMap((row) => {
    const cells = columns.map((_, index) => (row[index] ?? "").split("\n"));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ""));
  });
  const all = [columns.map(({ heading }) => heading), ...lines];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => width(row[index] ?? ""))));
  return all
    .map((row) =>
      columns
        .map(({ numeric }, index) => {
          const cell = row[index] ?? "";
          const padding = " ".repeat((widths[index] ?? 0) - width(cell));
          return numeric === true ? padding + cell : cell + padding;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
