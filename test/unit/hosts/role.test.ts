import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";

import { RoleDefinition, ROLE_STATE, renderRoleDocument } from "../../../components/hosts/role";

const role: RoleDefinition = {
  name: "toy",
  units: ["toy.service"],
  files: [{ path: "/etc/toy.conf", content: "a=1\n" }],
  settings: { GREETING: "it's" },
  software: [],
  mounts: [],
  ports: { main: 99 },
  stateful: false,
};
const scripts = { "lib/entry.sh": "echo handed over $1 $2\n", "toy/role.sh": "true\n" };

/** Runs a document in a folder of its own instead of the host's state folder; returns what it staged. */
function stage(definition: RoleDefinition, folder: string): { hash: string; output: string } {
  const document = renderRoleDocument(definition, scripts);
  const text = document.script.replaceAll(ROLE_STATE, folder);
  return {
    hash: document.hash,
    output: execFileSync("bash", ["-s", "--", "apply"], { input: text, encoding: "utf8" }),
  };
}

describe("a role document", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "role-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is the same text and hash for the same input, whatever the order of its settings", () => {
    const again = renderRoleDocument({ ...role, settings: { ...role.settings } }, { ...scripts });
    assert.deepEqual(again, renderRoleDocument(role, scripts));
  });

  it("has another hash when a file, a mode, a setting or a script changes", () => {
    const hashes = [
      renderRoleDocument(role, scripts),
      renderRoleDocument({ ...role, files: [{ path: "/etc/toy.conf", content: "a=2\n" }] }, scripts),
      renderRoleDocument(
        { ...role, files: [{ path: "/etc/toy.conf", content: "a=1\n", mode: "0600" }] },
        scripts,
      ),
      renderRoleDocument({ ...role, settings: { GREETING: "hello" } }, scripts),
      renderRoleDocument(role, { ...scripts, "toy/role.sh": "false\n" }),
    ].map(({ hash }) => hash);
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("stages itself and hands over to the entry script", () => {
    const { hash, output } = stage(role, folder);
    assert.equal(output, `handed over ${folder}/toy/${hash} apply\n`);
    assert.equal(readFileSync(join(folder, "toy", hash, "files/etc/toy.conf"), "utf8"), "a=1\n");
    assert.equal(
      readFileSync(join(folder, "toy", hash, "manifest"), "utf8"),
      "0644 root:root /etc/toy.conf\n",
    );
  });

  it("brings any content to the host byte for byte", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (content, value) => {
        const clean = content.replaceAll("\0", "").replaceAll("\r", "");
        const { hash } = stage(
          {
            ...role,
            files: [{ path: "/etc/toy.conf", content: clean }],
            settings: { GREETING: value.replaceAll("\0", "") },
          },
          folder,
        );
        const staged = readFileSync(join(folder, "toy", hash, "files/etc/toy.conf"), "utf8");
        assert.equal(staged, clean === "" || clean.endsWith("\n") ? clean : `${clean}\n`);
        const greeting = execFileSync(
          "bash",
          ["-c", `. "$1"; printf %s "$GREETING"`, "-", join(folder, "toy", hash, "settings")],
          {
            encoding: "utf8",
          },
        );
        assert.equal(greeting, value.replaceAll("\0", ""));
      }),
      { numRuns: 30 },
    );
  });

  it("refuses a file whose path is not absolute", () => {
    assert.throws(
      () => renderRoleDocument({ ...role, files: [{ path: "etc/toy.conf", content: "" }] }, scripts),
      /role toy: file "etc\/toy.conf" is not an absolute path/,
    );
  });
});
