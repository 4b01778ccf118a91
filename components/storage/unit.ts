import { ROLE_STATE } from "../hosts/role";
import { StorageRole } from "./heap";

/** A storage service's systemd unit. */
export interface ServiceUnit {
  role: StorageRole;
  description: string;
  user: string;
  command: readonly string[];
  /** Mount points without which the service must not start. */
  mounts: readonly string[];
  /** Units of the same host that are to stop after this one. */
  stopsBefore: readonly string[];
  /** Units that start together with this one. Default: none. */
  wants?: readonly string[];
  /** How long a stop may take before the service is killed, in seconds. */
  stopSeconds: number;
}

/** How long a unit may wait for what it needs, in seconds, before systemd starts the wait anew. */
const WAIT_SECONDS = 900;

function quoteWord(word: string): string {
  // systemd expands `$` and `%` in command lines.
  const text = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\]/.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : text;
}

/** Name of a role's unit. */
export function unitName(role: StorageRole): string {
  return `${role}.service`;
}

/** Renders the unit: it refuses to start on data that is not there, waits for what it needs, then runs the JVM. */
export function serviceUnit(unit: ServiceUnit): string {
  const script = `/usr/bin/bash ${ROLE_STATE}/${unit.role}/active/scripts/lib/unit.sh ${unit.role}`;
  const order = ["network.target", ...unit.stopsBefore].join(" ");
  const mounts = unit.mounts.length > 0 ? `RequiresMountsFor=${unit.mounts.join(" ")}\n` : "";
  const wants = unit.wants === undefined ? "" : `Wants=${unit.wants.join(" ")}\n`;
  return `[Unit]
Description=${unit.description}
After=${order}
${wants}${mounts}StartLimitIntervalSec=0

[Service]
Type=exec
User=${unit.user}
UMask=0027
# A condition that does not hold leaves the unit stopped, with its reason in the journal, instead of in a loop.
ExecCondition=+${script} guard
ExecStartPre=+${script} prepare
ExecStart=${unit.command.map(quoteWord).join(" ")}
# A JVM that was asked to end says 143.
SuccessExitStatus=143
Restart=on-failure
RestartSec=2
TimeoutStartSec=${WAIT_SECONDS}
TimeoutStopSec=${unit.stopSeconds}
LimitNOFILE=20000
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=full

[Install]
WantedBy=multi-user.target
`;
}
