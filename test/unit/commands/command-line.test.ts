import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { delimiter } from "node:path";

import { positiveInteger } from "../../../scripts/commands/command-line";
import { exportLines } from "../../../scripts/commands/env";
import { checkEnvironmentName } from "../../../scripts/commands/environment/open";
import { journalCommand } from "../../../scripts/commands/logs";
import { remoteCommand } from "../../../scripts/commands/ssh";

describe("command lines", () => {
  it("take whole numbers of at least one", () => {
    assert.equal(positiveInteger("20"), 20);
    for (const text of ["0", "-1", "1.5", "x", ""]) {
      assert.throws(() => positiveInteger(text), /whole number/);
    }
  });

  it("pass a single word to the remote shell as it is, and quote several", () => {
    const quote = (word: string) => `<${word}>`;
    assert.equal(remoteCommand([], quote), undefined);
    assert.equal(remoteCommand(["df -h | head"], quote), "df -h | head");
    assert.equal(remoteCommand(["df", "-h"], quote), "<df> <-h>");
  });

  it("refuse a role that would be more than a name", () => {
    assert.throws(() => journalCommand("x; rm -rf /", { follow: false, lines: 5 }), /is no role/);
    assert.match(journalCommand("tsd", { follow: true, lines: 5 }), /--lines=5 .*--follow "\$@"$/);
  });

  it("refuse an environment that has no file, so that a slip brings up no second cluster", () => {
    assert.throws(
      () => checkEnvironmentName("lcoal", __dirname),
      /has no file Pulumi\.lcoal\.yaml; there are: local/,
    );
    assert.throws(() => checkEnvironmentName("../x", __dirname), /small letters/);
    checkEnvironmentName("local", __dirname);
  });
});

describe("exported variables", () => {
  it("survive a shell, whatever they hold", () => {
    const value = `it's "$HOME" \\ \`x\` \n end`;
    const lines = exportLines({ VALUE: value, PATH: ["/own/bin", "/usr/bin"].join(delimiter) }, "/usr/bin");
    const { stdout } = spawnSync("sh", ["-c", `${lines}printf '%s|%s' "$VALUE" "$PATH"`], {
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin" },
    });
    assert.equal(stdout, `${value}|/own/bin:/usr/bin:/bin`);
  });
});
