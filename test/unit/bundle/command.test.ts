import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { isTransient, runCommand } from "../../../scripts/bundle/command";
import { machineArchitecture } from "../../../scripts/bundle/manifest";

const options = { cwd: tmpdir() };

describe("a build command", () => {
  it("gives what it printed", async () => {
    assert.equal(await runCommand("printf", ["two words"], options), "two words");
  });

  it("fails with the program, the exit code and the last lines", async () => {
    await assert.rejects(
      runCommand("sh", ["-c", "echo because >&2; exit 7"], options),
      /sh .* failed with exit code 7:\nbecause/,
    );
  });

  it("that is not installed is named, with the Debian package where it is known", async () => {
    const empty = { cwd: tmpdir(), env: { PATH: "/nonexistent" } };
    await assert.rejects(runCommand("mvn", [], empty), /needs mvn, .* apt-get install maven/);
    await assert.rejects(runCommand("javac", [], empty), /apt-get install openjdk-17-jdk-headless/);
  });

  it("is repeated after a failed download and not after any other fault", () => {
    assert.ok(isTransient("Could not transfer artifact a:b:pom:1 from/to central"));
    assert.ok(isTransient("dial tcp: i/o timeout"));
    assert.ok(!isTransient("error: cannot find symbol"));
    assert.ok(!isTransient("Could not find artifact a:b:jar:1 in central"));
  });
});

describe("the architecture of this machine", () => {
  it("is named as Debian names it, and any other than amd64 and arm64 is refused", () => {
    assert.equal(machineArchitecture("x64"), "amd64");
    assert.equal(machineArchitecture("arm64"), "arm64");
    assert.throws(() => machineArchitecture("riscv64"), /amd64 and arm64, not .*riscv64/);
  });
});
