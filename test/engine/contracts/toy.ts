/** A small environment of real hosts for the contracts' tests: toy roles that write down what is done to them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { PulumiFn } from "@pulumi/pulumi/automation";
import * as pulumi from "@pulumi/pulumi";

import { AppliedRole } from "../../../components/hosts/applied-role";
import { baseRole } from "../../../components/hosts/base";
import { Formation } from "../../../components/hosts/formation";
import { Host } from "../../../components/hosts/host";
import { RoleDefinition, RoleDocument, renderRoleDocument } from "../../../components/hosts/role";
import { PreparedHost, RoleGroup } from "../../../components/hosts/role-group";
import { RollingOrder } from "../../../components/hosts/rolling";
import { roleDocument, roleScripts } from "../../../components/hosts/scripts";
import { hostAddress, siteSubnet } from "../../../components/sites/local/addresses";
import { LocalSite } from "../../../components/sites/local/site";
import { SUBNET } from "../../hosts/test-site";
import { repository } from "../engine-fixture";

/** Name of the site that these tests make. */
export const SITE = "contracts";

/** Names of the hosts. */
export const HOSTS = ["data-1", "data-2", "data-3"] as const;

/**
 * Writes each thing done to it on the host's volume, with the time, the machine's own identity and its version.
 * A version `broken` does not start; its journal says why.
 */
const TOY_SCRIPT = `#!/usr/bin/env bash
note() { printf '%s %s %s %s\\n' "$(date +%s%N)" "$(hostname)" "$(cat /etc/machine-id)" "$ROLE_NAME:$1:$VERSION" >>/data/log/events; }
role_install() { note install; }
role_start() {
  note start-begin
  systemctl enable --quiet $ROLE_UNITS
  systemctl start $ROLE_UNITS || fail "it does not start"
  sleep 1
  note start-end
}
role_stop() { note stop; systemctl stop $ROLE_UNITS 2>/dev/null || true; }
role_rejoined() { role_probe && note rejoined; }
role_ready() { note "ready-$1"; }
`;

/** What the tests vary. */
export interface ToyOptions {
  hosts?: readonly string[];
  /** Version of the stateful role, on all hosts. */
  member?: string;
  /** Version of the other role, on data-1 alone. */
  gadget?: string;
  rollHosts?: readonly string[];
  rootDiskMiB?: number;
}

function toyRole(name: string, version: string, stateful: boolean): RoleDefinition {
  const trouble = version === "broken" ? "ExecStartPre=/bin/sh -c 'echo the toy is broken; exit 7'\n" : "";
  return {
    name,
    units: [`${name}.service`],
    files: [
      {
        path: `/etc/systemd/system/${name}.service`,
        content: `[Service]\n${trouble}ExecStart=/bin/sleep infinity\n\n[Install]\nWantedBy=multi-user.target\n`,
      },
    ],
    settings: { VERSION: version, ROLE_REJOIN_SECONDS: "15" },
    software: [],
    mounts: ["/data/log"],
    ports: {},
    stateful,
  };
}

function toyDocument(role: RoleDefinition): RoleDocument {
  const shared = Object.entries(roleScripts("base")).filter(([path]) => path.startsWith("lib/"));
  return renderRoleDocument(role, { ...Object.fromEntries(shared), [`${role.name}/role.sh`]: TOY_SCRIPT });
}

function baseOf(host: Host, site: LocalSite): AppliedRole {
  const document = pulumi
    .output(host.volumes.map((volume) => pulumi.output(volume)))
    .apply((volumes) => roleDocument(baseRole({ environment: SITE, volumes, software: [] })));
  return new AppliedRole(`base-${host.name}`, { host, document, scope: site.scope });
}

/** The site, its access and its programs; `remove` takes the folder of the empty bundle away. */
export class Toy {
  private readonly software = mkdtempSync(join(tmpdir(), "opentsdb-contracts-"));
  private readonly baseImage = execFileSync("bash", [join(repository, "scripts/bootstrap/base-image.sh")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  })
    .trim()
    .split("\n")
    .at(-1);

  program(options: ToyOptions = {}): PulumiFn {
    return () => {
      const site = new LocalSite(SITE, {
        site: SITE,
        subnet: SUBNET,
        baseImage: this.baseImage ?? "",
        softwareDirectory: this.software,
        software: {},
        rootDiskMiB: options.rootDiskMiB ?? 1024,
        rollHosts: options.rollHosts ?? [],
        listeners: [],
        require: { memoryMiB: 256, diskMiB: 256 },
      });
      const hosts = (options.hosts ?? HOSTS).map((name) =>
        site.host({ name, memoryMiB: 128, failureDomainIndex: 0, volumes: { log: 64 } }),
      );
      const bases = hosts.map((host) => baseOf(host, site));
      const formation = new Formation("formation", {
        environment: SITE,
        bases,
        initialisers: Object.fromEntries(hosts.map(({ name }) => [name, [["log", "member"]] as const])),
        scope: site.scope,
      });
      const prepared: PreparedHost[] = hosts.flatMap((host) => {
        const last = formation.permits.get(host.name);
        return last === undefined ? [] : [{ host, last }];
      });
      new RoleGroup("member", {
        role: "member",
        hosts: prepared,
        define: () => toyRole("member", options.member ?? "1", true),
        scope: site.scope,
        rolling: new RollingOrder("rolling-order", site.scope),
        render: toyDocument,
      });
      new RoleGroup("gadget", {
        role: "gadget",
        hosts: prepared.slice(0, 1),
        define: () => toyRole("gadget", options.gadget ?? "1", false),
        scope: site.scope,
        render: toyDocument,
      });
      return Promise.resolve({
        key: site.network.privateKeyFile,
        hostKeys: hosts.map(({ hostKey }) => hostKey),
      });
    };
  }

  /** Runs a command on a host, whose key is checked. */
  on(host: string, command: string, access: { key: string; hostKey: string }): string {
    const address = hostAddress(siteSubnet(SUBNET), host);
    const known = join(this.software, `known-${host}`);
    writeFileSync(known, `${address} ${access.hostKey}\n`);
    const options = [
      "BatchMode=yes",
      "StrictHostKeyChecking=yes",
      `UserKnownHostsFile=${known}`,
      "ConnectTimeout=5",
      "LogLevel=ERROR",
    ];
    return execFileSync(
      "ssh",
      [
        "-F",
        "none",
        "-i",
        access.key,
        ...options.flatMap((option) => ["-o", option]),
        `root@${address}`,
        command,
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    );
  }

  remove(): void {
    rmSync(this.software, { recursive: true, force: true });
  }
}
