import assert from "node:assert/strict";

import { judgeHost } from "../../../scripts/commands/environment/health";
import { findHost, knownHosts, shellWord, sshArguments } from "../../../scripts/commands/environment/ssh";
import { statusJson, statusText } from "../../../scripts/commands/status";
import { EnvironmentOutputs, HostOutput, parseOutputs } from "../../../stacks/outputs";

const host: HostOutput = {
  name: "data-1",
  address: "10.77.0.11",
  kind: "host",
  roles: ["datanode", "regionserver"],
  hostKey: "ssh-ed25519 AAAA",
};
const outputs: EnvironmentOutputs = {
  environment: "local",
  site: "local",
  endpoint: "http://10.77.0.1:4242",
  hosts: [host],
  ssh: { user: "root", privateKeyFile: "/keys/operator" },
};
const answer = (roles: unknown) => ({
  code: 0,
  stdout: JSON.stringify({ host: "data-1", roles }),
  stderr: "",
});

describe("a host's health", () => {
  it("is good when every role that it is to have is there and healthy", () => {
    const health = judgeHost(
      host,
      answer(["base", "datanode", "regionserver"].map((role) => ({ role, hash: "1", healthy: true }))),
    );
    assert.equal(health.healthy, true);
    assert.deepEqual(
      health.roles.map(({ role }) => role),
      ["datanode", "regionserver"],
    );
  });

  it("is bad, with the role's own reason, when one role is", () => {
    const health = judgeHost(
      host,
      answer([
        { role: "datanode", healthy: true },
        { role: "regionserver", healthy: false, reason: "port 16020 does not answer\n" },
      ]),
    );
    assert.equal(health.healthy, false);
    assert.deepEqual(health.problems, ["regionserver: port 16020 does not answer"]);
  });

  it("is bad when a role is not on the host", () => {
    const health = judgeHost(host, answer([{ role: "datanode", healthy: true }]));
    assert.deepEqual(health.problems, ["regionserver: is not on the host"]);
  });

  it("is bad when the host does not answer, refuses its key, or says something else", () => {
    const problem = (code: number | undefined, stdout: string, stderr: string) =>
      judgeHost(host, { code, stdout, stderr }).problems[0];
    assert.equal(problem(undefined, "", ""), "did not answer within 10 s");
    assert.equal(
      problem(255, "", "x\nHost key verification failed.\n"),
      "cannot be reached by SSH: Host key verification failed.",
    );
    assert.equal(problem(0, "hello", ""), "platform-role status gave no JSON");
    assert.match(problem(127, "", "not found") ?? "", /exit code 127: not found/);
  });
});

describe("status", () => {
  const hosts = [judgeHost(host, answer([{ role: "datanode", healthy: true }]))];
  const health = {
    endpoint: outputs.endpoint,
    environment: "local",
    hosts,
    problems: ["data-1: regionserver: is not on the host"],
  };

  it("gives programs roles by name", () => {
    assert.deepEqual(JSON.parse(statusJson(health)), {
      endpoint: "http://10.77.0.1:4242",
      environment: "local",
      hosts: [
        {
          name: "data-1",
          address: "10.77.0.11",
          kind: "host",
          roles: ["datanode", "regionserver"],
          healthy: false,
          problems: ["regionserver: is not on the host"],
        },
      ],
      problems: ["data-1: regionserver: is not on the host"],
    });
  });

  it("gives people a table", () => {
    assert.match(
      statusText(health),
      /data-1 +10\.77\.0\.11 +unhealthy +datanode, ✗ regionserver +regionserver: is not/,
    );
  });
});

describe("SSH to a host", () => {
  it("accepts no key but the host's own", () => {
    assert.equal(knownHosts([host]), "10.77.0.11 ssh-ed25519 AAAA\n");
    const args = sshArguments({ outputs, host, knownHostsFile: "/t/known", command: "uptime" });
    for (const option of [
      "StrictHostKeyChecking=yes",
      "UserKnownHostsFile=/t/known",
      "GlobalKnownHostsFile=/dev/null",
    ]) {
      assert.equal(args[args.indexOf(option) - 1], "-o", option);
    }
    assert.deepEqual(args.slice(-3), ["root@10.77.0.11", "--", "uptime"]);
  });

  it("names the hosts that there are when one is unknown", () => {
    assert.throws(
      () => findHost(outputs, "data1"),
      /has no host "data1" \(did you mean data-1\?\); its hosts are data-1/,
    );
  });

  it("quotes what a remote shell would take apart", () => {
    assert.equal(shellWord("a-b/c=1"), "a-b/c=1");
    assert.equal(shellWord("it's $HOME"), `'it'\\''s $HOME'`);
  });
});

describe("an environment's outputs", () => {
  it("are none before the first update, and refused when they are not whole", () => {
    assert.equal(parseOutputs({}), undefined);
    assert.deepEqual(parseOutputs(outputs), outputs);
    assert.throws(() => parseOutputs({ ...outputs, endpoint: 3 }), /output "endpoint" is not as expected/);
  });
});
