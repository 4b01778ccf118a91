import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parse } from "yaml";

import { renderUserData, RoleArtifact, USER_DATA_LIMIT } from "../../../components/hosts/user-data";

interface CloudConfig {
  write_files: { path: string; permissions: string; content: string }[];
  runcmd: string[][];
}

describe("a fleet's user data", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "user-data-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const artifact = (role: string, hash: string, text: string): RoleArtifact => {
    const file = join(folder, `${role}-${hash}`);
    writeFileSync(file, text);
    return { role, hash, uri: `file://${file}` };
  };

  /** Runs what cloud-init would run, in a folder of its own. */
  const boot = (roles: readonly RoleArtifact[]): string => {
    const text = renderUserData({ roles });
    assert.ok(text.startsWith("#cloud-config\n"));
    const { write_files: files, runcmd } = parse(text) as CloudConfig;
    assert.deepEqual(runcmd, [[files[0]?.path]]);
    const script = (files[0]?.content ?? "").replaceAll("/run/opentsdb-platform", join(folder, "run"));
    return execFileSync("bash", ["-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  };

  it("applies the documents of its roles in their order", () => {
    const roles = ["base", "tsd"].map((role) =>
      artifact(role, "aa11", `#!/bin/bash\n# Role ${role}, aa11. Made.\necho ${role} $1\n`),
    );
    assert.equal(boot(roles), "base apply\ntsd apply\n");
  });

  it("stops at a document that is not the version it names", () => {
    const wrong = artifact("tsd", "bb22", "#!/bin/bash\n# Role tsd, aa11. Made.\necho must not run\n");
    assert.throws(() => boot([wrong]), /is not version bb22 of role tsd/);
  });

  it("stops at the first role that fails", () => {
    const failing = artifact("base", "aa11", "# Role base, aa11. Made.\nexit 3\n");
    const next = artifact("tsd", "aa11", "# Role tsd, aa11. Made.\necho must not run\n");
    assert.throws(
      () => boot([failing, next]),
      (error: { status: number; stdout: string }) => error.status === 3 && error.stdout === "",
    );
  });

  it("changes with a role's hash and with nothing else", () => {
    const one = { role: "tsd", hash: "aa11", uri: "s3://bucket/tsd-aa11" };
    assert.equal(renderUserData({ roles: [one] }), renderUserData({ roles: [{ ...one }] }));
    assert.notEqual(renderUserData({ roles: [one] }), renderUserData({ roles: [{ ...one, hash: "aa12" }] }));
  });

  it("is refused when it is longer than AWS takes", () => {
    const roles = Array.from({ length: 400 }, (_, n) => ({
      role: `role${n}`,
      hash: "aa11",
      uri: "s3://bucket/key",
    }));
    assert.throws(() => renderUserData({ roles }), new RegExp(`${USER_DATA_LIMIT} are allowed`));
  });
});
