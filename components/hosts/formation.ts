import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { AppliedRole, remoteOptions } from "./applied-role";

/** How long after the decision to form an environment its members may still initialise their volumes, in seconds. */
export const FORMATION_WINDOW_SECONDS = 3600;

/** Arguments of {@link Formation}. */
export interface FormationArgs {
  environment: string;
  /** The `base` role of every host with data volumes; it reports `volume NAME empty|data` for each. */
  bases: readonly AppliedRole[];
  /** Roles that may initialise a volume, per host name: `[volume, role]`. */
  initialisers: Readonly<Record<string, readonly (readonly [volume: string, role: string])[]>>;
  scope: pulumi.Resource;
}

/**
 * The most dangerous decision here, made once in an environment's life: may members initialise (format) their data?
 *
 * Only when every volume of every host is empty, and only within an hour of that moment, for the hosts that were
 * there. The decision stays in the state and is never made again; the data itself is the record on the cluster.
 * A volume that is emptied later, a host that is added later, or a new state over old volumes gets no permit: its
 * role then bootstraps from its group, or stops and says so.
 */
export class Formation extends pulumi.ComponentResource {
  /** Permits by host name; a host's roles are applied after its own. */
  readonly permits = new Map<string, command.remote.Command>();

  constructor(name: string, args: FormationArgs, options?: pulumi.ComponentResourceOptions) {
    super("opentsdb:hosts:Formation", name, {}, options);
    const first = args.bases[0];
    if (first === undefined) {
      throw new Error(`environment ${args.environment} has no host with data volumes`);
    }
    const reports = pulumi
      .all(args.bases.map((base) => base.applied.stdout))
      .apply((all) =>
        all.map((report, index) => reportOf(args.bases[index]?.host.name ?? "", report)).join(""),
      );
    const once = { ignoreChanges: ["create", "update", "delete", "stdin", "triggers"] };
    const { connection, options: remote } = remoteOptions(first.host, args.scope, args.bases);
    const decision = new command.remote.Command(
      `${name}-decision`,
      { connection, create: DECISION, stdin: reports, addPreviousOutputInEnv: false },
      { parent: this, ...remote, ...once },
    );
    for (const base of args.bases) {
      const { connection: own, options: ownRemote } = remoteOptions(base.host, args.scope, [decision]);
      const permitted = args.initialisers[base.host.name] ?? [];
      this.permits.set(
        base.host.name,
        new command.remote.Command(
          `${name}-permit-${base.host.name}`,
          {
            connection: own,
            create: permitText(args.environment, base.host.name, permitted),
            stdin: decision.stdout,
            addPreviousOutputInEnv: false,
          },
          { parent: this, ...ownRemote, ...once },
        ),
      );
    }
    this.registerOutputs({});
  }
}

/** The lines of a base role's report that speak of volumes, with the host's name in front. */
export function reportOf(host: string, report: string): string {
  return report
    .split("\n")
    .filter((line) => /^volume \S+ (empty|data)$/.test(line))
    .map((line) => `${host} ${line}\n`)
    .join("");
}

/** Reads `HOST volume NAME STATE` lines; writes `form EPOCH HOST…` or `formed HOST:VOLUME…`. */
export const DECISION = `set -euo pipefail
report=$(cat)
used=$(awk '$4 == "data" { printf " %s:%s", $1, $3 }' <<<"$report")
if [ -n "$used" ]; then echo "formed$used"; exit 0; fi
echo "form $(date +%s)$(awk '{ print $1 }' <<<"$report" | sort -u | sed 's/^/ /' | tr -d '\\n')"`;

/** Writes the permits of one host when the decision names it and is recent. */
export function permitText(
  environment: string,
  host: string,
  permitted: readonly (readonly [volume: string, role: string])[],
): string {
  const writes = permitted.map(
    ([volume, role]) => `printf '%s\\n' '${environment}' >/data/${volume}/.initialise-${role}`,
  );
  return `set -euo pipefail
# Standard input may lack the last line break.
read -r decision epoch hosts || [ -n "$decision" ]
[ "$decision" = form ] || exit 0
case " $hosts " in *" ${host} "*) ;; *) exit 0 ;; esac
[ $(($(date +%s) - epoch)) -lt ${FORMATION_WINDOW_SECONDS} ] || exit 0
${writes.join("\n")}`;
}
