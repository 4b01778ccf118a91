import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

const START = join(__dirname, "..", "..", "..", "scripts", "roles", "tsd", "start");

/** Runs the launcher with a stand-in for the tables command, and one for Java that prints its arguments. */
function launch(
  folder: string,
  tables: string,
  listen = "loopback",
): { code: number | null; out: string; err: string } {
  const programs = { tables, java: 'printf "%s\\n" "$@"' };
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/usr/bin/env bash\n${body}\n`, { mode: 0o755 });
  }
  const result = spawnSync("bash", [START], {
    encoding: "utf8",
    env: {
      ...process.env,
      JAVA: join(folder, "java"),
      RUNTIME_DIRECTORY: folder,
      TABLES_ARGUMENTS: "--salt-buckets 4",
      TABLES_COMMAND: join(folder, "tables"),
      TSD_CONFIG: "/etc/tsd",
      TSD_HOME: "/opt/tsd",
      TSD_JVM: "-Xmx64m",
      TSD_LISTEN: listen,
    },
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

describe("the TSD's launcher", () => {
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tsd-start-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("becomes the TSD once the tables are its own", () => {
    const { code, out } = launch(folder, '[[ $* == "check --salt-buckets 4" ]]');
    assert.equal(code, 0);
    assert.deepEqual(out.trim().split("\n"), [
      "-Xmx64m",
      "-cp",
      "/etc/tsd:/opt/tsd/lib/*",
      "net.opentsdb.tools.TSDMain",
      "--config=/etc/tsd/opentsdb.conf",
      "--bind=127.0.0.1",
    ]);
  });

  it("does not start it on tables of other constants, and keeps the reason for the probe", () => {
    const { code, out, err } = launch(folder, 'echo "made with salt-buckets=8" >&2; exit 3');
    assert.equal(code, 3);
    assert.equal(out, "");
    assert.equal(err, "tsd: made with salt-buckets=8\n");
    assert.equal(readFileSync(join(folder, "refused"), "utf8"), err);
  });

  it("passes on that the tables are not there yet, which systemd tries again", () => {
    assert.equal(launch(folder, "exit 4").code, 4);
  });

  it("forgets the reason when all is well again", () => {
    launch(folder, "exit 4");
    launch(folder, "exit 0");
    assert.ok(!existsSync(join(folder, "refused")));
  });

  it("binds to an address of the host itself, not to all and not to loopback", () => {
    const { code, out, err } = launch(folder, "exit 0", "host");
    if (code !== 0) {
      // A machine without an address of its own is told so.
      assert.match(err, new RegExp(`no address for host ${hostname()}`));
      return;
    }
    assert.match(out, /--bind=(?!127\.|0\.)\d+\.\d+\.\d+\.\d+$/m);
  });
});
