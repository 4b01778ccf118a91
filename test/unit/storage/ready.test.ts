import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROLES = join(__dirname, "../../../scripts/roles");

/** Runs a line of shell with a role's functions, after some of them have been replaced. */
function run(role: string, replaced: string, line: string): { ok: boolean; reason: string } {
  const script = `set -Eeuo pipefail
here=${ROLES}/lib ROLE_NAME=${role} ROLE_UNITS=${role}.service MEMBER=host-1
MASTERS='master-1 master-2' NAME_NODES='master-1 master-2' ZOOKEEPERS=master-1 JOURNAL_NODES= LEAVING=\${LEAVING:-no}
ZKFC_COMMAND=zkfc PLATFORM_ENVIRONMENT=blue
source "$here/host.sh"; trap - ERR
source "$here/defaults.sh"
source "${ROLES}/${role}/role.sh"
${replaced}
if ${line}; then echo yes; else printf '%s\\n' "\${LAST_REASON:-no reason}"; fi`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  assert.equal(stderr, "");
  return { ok: stdout.trim() === "yes", reason: stdout.trim() };
}

describe("a group is ready", () => {
  const masters = (one: string, two: string) => `
master_state() { if [[ $1 == master-1 ]]; then echo ${one}; else echo ${two}; fi; }`;

  it("hbase-master: when one serves and all others stand by", () => {
    assert.ok(run("hbase-master", masters("standby", "active"), "role_ready 2").ok);
    const early = run("hbase-master", masters("starting", "standby"), "role_ready 2");
    assert.match(early.reason, /no master of master-1 master-2 has finished its start/);
    const alone = run("hbase-master", masters("active", "starting"), "role_ready 2");
    assert.match(alone.reason, /1 of 2 masters .* not yet: master-2 \(starting\)/);
  });

  const server = (count: string) =>
    `master_facts() { ${count === "" ? "return 1" : `echo ${count} 3 true`}; }`;
  it("regionserver: when the active master counts all of them", () => {
    assert.ok(run("regionserver", server("4"), "role_ready 4").ok);
    assert.match(run("regionserver", server("3"), "role_ready 4").reason, /3 of 4 region servers/);
    assert.match(run("regionserver", server(""), "role_ready 4").reason, /no master .* finished its start/);
  });

  const nodes = (facts: string) => `
active_name_node() { echo master-1; }
name_node_facts() { if [[ $1 == master-1 ]]; then echo '${facts}'; else echo 'standby safeMode 0 0 0'; fi; }`;
  it("datanode: when the active name node counts all of them and has left safe mode", () => {
    assert.ok(run("datanode", nodes("active Operational 3 0 0"), "role_ready 3").ok);
    assert.match(run("datanode", nodes("active Operational 2 0 0"), "role_ready 3").reason, /has 2 of 3/);
    assert.match(run("datanode", nodes("active safeMode 3 0 0"), "role_ready 3").reason, /in safe mode/);
  });

  it("namenode: when as many as asked for are out of safe mode", () => {
    assert.ok(run("namenode", nodes("active Operational 3 0 0"), "role_ready 1").ok);
    assert.match(
      run("namenode", nodes("active Operational 3 0 0"), "role_ready 2").reason,
      /on master-2 is not out of safe mode/,
    );
  });
});

describe("a member that stands by", () => {
  const standing = (other: string) => `
unit_and_ports() { :; }
master_state() { if [[ $1 == host-1 ]]; then echo standby; else echo ${other}; fi; }
name_node_facts() { if [[ $1 == host-1 ]]; then echo 'standby Operational 3 0 0'; else echo '${other} Operational 3 0 0'; fi; }`;
  it("is healthy beside one that is active", () => {
    assert.ok(run("hbase-master", standing("active"), "role_probe").ok);
    assert.ok(run("namenode", standing("active"), "role_probe").ok);
  });
  it("says so when nobody is active", () => {
    assert.match(run("hbase-master", standing("standby"), "role_probe").reason, /stands by, and no master/);
    assert.match(run("namenode", standing("standby"), "role_probe").reason, /stands by, and no name node/);
  });
});

describe("the region server of a host that leaves", () => {
  const unit = (state: string) => `LEAVING=yes; systemctl() { [[ $1 != is-active ]] || ${state}; }`;
  it("is as it should be when it is stopped, and is not started", () => {
    assert.ok(run("regionserver", unit("false"), "role_probe").ok);
    assert.match(run("regionserver", unit("false"), "role_guard").reason, /leaves the cluster/);
    assert.match(run("regionserver", unit("true"), "role_probe").reason, /is to leave, and still runs/);
  });
});

describe("a role's units", () => {
  const shown = (state: string, job: string) => `systemctl() { printf 'ActiveState=${state}\\n${job}'; }`;
  it("run while they are active, on their way, or queued behind another unit's start", () => {
    assert.ok(run("zookeeper", shown("active", ""), "units_running").ok);
    assert.ok(run("zookeeper", shown("activating", "Job=7\\n"), "units_running").ok);
    assert.ok(run("zookeeper", shown("inactive", "Job=12\\n"), "units_running").ok);
  });
  it("do not run when they are stopped, or have failed", () => {
    assert.ok(!run("zookeeper", shown("inactive", "Job=0\\n"), "units_running").ok);
    assert.ok(!run("zookeeper", shown("failed", ""), "units_running").ok);
  });
});

describe("an emptied data node", () => {
  const facts = (under: number, missing: number) => `
data_state() { echo empty; }; permit_held() { return 1; }; hostname() { echo host-1; }
active_name_node() { echo master-1; }; name_node_facts() { echo active Operational 3 ${under} ${missing}; }`;
  it("warns, while other blocks lack copies, that the next emptied volume may hold the last one", () => {
    const loud = run("datanode", facts(12, 1), "warn_of_lost_blocks && false").reason;
    assert.match(loud, /WARNING: 12 blocks lack a copy and 1 have none\. Empty no other data volume/);
    assert.doesNotMatch(run("datanode", facts(0, 0), "warn_of_lost_blocks && false").reason, /WARNING/);
  });
});
