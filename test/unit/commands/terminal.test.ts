import assert from "node:assert/strict";

import { formatElapsed } from "../../../scripts/commands/terminal/elapsed";
import { LiveBlock, redraw } from "../../../scripts/commands/terminal/live";
import { StepError, Steps } from "../../../scripts/commands/terminal/steps";
import { renderTable } from "../../../scripts/commands/terminal/table";

function sink(isTTY: boolean): { text: string; isTTY: boolean; columns: number; write(text: string): void } {
  return {
    text: "",
    isTTY,
    columns: 40,
    write(text) {
      this.text += text;
    },
  };
}

describe("tables", () => {
  it("align columns by what is seen, not by colour codes, and numbers to the right", () => {
    const table = renderTable(
      [{ heading: "NAME" }, { heading: "COUNT", numeric: true }, { heading: "X" }],
      [
        ["\u001b[31mdata-1\u001b[39m", "3", "a\nb"],
        ["x", "12", ""],
      ],
    );
    assert.deepEqual(table.split("\n"), [
      "NAME    COUNT  X",
      "\u001b[31mdata-1\u001b[39m      3  a",
      "               b",
      "x          12",
    ]);
  });
});

describe("elapsed times", () => {
  it("are as exact as they are short", () => {
    assert.deepEqual([0, 940, 9940, 12_400, 59_600, 125_000].map(formatElapsed), [
      "0.0 s",
      "0.9 s",
      "9.9 s",
      "12 s",
      "1 min 00 s",
      "2 min 05 s",
    ]);
  });
});

describe("a live block", () => {
  it("is replaced as a whole and cut to the terminal's width", () => {
    assert.equal(redraw(2, ["abcdef"], 5), "\u001b[2A\r\u001b[Jabcd\n");
    assert.equal(redraw(0, [], 80), "");
  });

  it("writes only the lines that stay where there is no terminal", () => {
    const output = sink(false);
    const block = new LiveBlock(() => ["working"], output);
    block.line("done");
    block.close();
    assert.equal(output.text, "done\n");
  });

  it("leaves nothing but the lines that stay on a terminal", () => {
    const output = sink(true);
    const block = new LiveBlock(() => ["working"], output);
    block.line("done");
    block.close();
    assert.equal(output.text, "done\nworking\n\u001b[1A\r\u001b[J");
  });
});

describe("steps", () => {
  it("say nothing when they are quick", async () => {
    const output = sink(false);
    assert.equal(await new Steps(output, () => 0).run("quick", () => Promise.resolve(7)), 7);
    assert.equal(output.text, "");
  });

  it("say what they are at, and when they are done, once they have something to say", async () => {
    const output = sink(false);
    await new Steps(output, () => 0).run("bundle", (log) => Promise.resolve(log("fetching jars")));
    assert.equal(output.text, "… bundle\nbundle: fetching jars\n✓ bundle (0.0 s)\n");
  });

  it("are named when they fail", async () => {
    const failing = new Steps(sink(false)).run("bundle", () => Promise.reject(new Error("no route")));
    await assert.rejects(
      failing,
      (error) => error instanceof StepError && error.message === "bundle: no route",
    );
  });
});
