import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { looksComplete, parseSums, renderSums, sealFolder, sha256 } from "../../../scripts/bundle/content";

describe("a sealed folder", () => {
  let folder: string;
  const fill = (name: string, files: Record<string, string>): string => {
    const path = join(folder, name);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(path, file, ".."), { recursive: true });
      writeFileSync(join(path, file), text);
    }
    return path;
  };
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "opentsdb-content-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("has the same hash whenever it holds the same, in whatever order it was filled", async () => {
    const one = await sealFolder(fill("one", { "lib/b.jar": "b", "lib/a.jar": "a" }));
    const other = await sealFolder(fill("other", { "lib/a.jar": "a", "lib/b.jar": "b" }));
    assert.deepEqual(one, other);
    const changed = await sealFolder(fill("changed", { "lib/a.jar": "a", "lib/b.jar": "c" }));
    assert.notEqual(changed.hash, one.hash);
  });

  it("stays the same when it is sealed again", async () => {
    const path = fill("twice", { "lib/a.jar": "a" });
    assert.deepEqual(await sealFolder(path), await sealFolder(path));
  });

  it("carries sums that sha256sum accepts, fixed modes and fixed times", async () => {
    const path = fill("host", { "lib/a.jar": "a", "bin/tool": "#!/bin/sh" });
    await sealFolder(path);
    execFileSync("sha256sum", ["-c", "--quiet", "SHA256SUMS"], { cwd: path });
    assert.equal(statSync(join(path, "bin/tool")).mode & 0o777, 0o755);
    assert.equal(statSync(join(path, "lib/a.jar")).mode & 0o777, 0o644);
    for (const entry of ["lib/a.jar", "lib", ".", "SHA256SUMS"]) {
      assert.equal(statSync(join(path, entry)).mtime.toISOString(), "2020-01-01T00:00:00.000Z", entry);
    }
    assert.equal(readFileSync(join(path, "SHA256SUMS"), "utf8").split("\n")[0]?.slice(66), "bin/tool");
  });

  it("no longer looks complete once a file is cut short or missing, or the folder is gone", async () => {
    const path = fill("damaged", { "lib/a.jar": "aaaa" });
    const content = await sealFolder(path);
    assert.equal(await looksComplete(path, content), true);
    writeFileSync(join(path, "lib/a.jar"), "aa");
    assert.equal(await looksComplete(path, content), false);
    rmSync(join(path, "lib/a.jar"));
    assert.equal(await looksComplete(path, content), false);
    rmSync(path, { recursive: true });
    assert.equal(await looksComplete(path, content), false);
  });
});

describe("a list of checksums", () => {
  it("is read back as it was written", () => {
    const paths = fc.stringMatching(/^[a-z0-9][a-zA-Z0-9._/-]{0,30}$/);
    fc.assert(
      fc.property(fc.dictionary(paths, fc.string()), (texts) => {
        const sums = new Map(Object.entries(texts).map(([path, text]) => [path, sha256(text)]));
        assert.deepEqual(new Map([...parseSums(renderSums(sums))].sort()), new Map([...sums].sort()));
      }),
    );
  });

  it("is refused with the line that is none", () => {
    assert.throws(() => parseSums("abc  lib/a.jar\n"), /"abc {2}lib\/a\.jar" is no line of checksums/);
  });
});
