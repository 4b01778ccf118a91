/** Shows the journal of a host, or of one role on it. */
import { CommandError, newCommand, positiveInteger, runCommand } from "./command-line";

interface Options {
  environment: string;
  follow: boolean;
  lines: number;
}

const ROLES = "/var/lib/opentsdb-platform/roles";

/** The command that prints the journal on the host; which units a role has is read there, from its settings. */
export function journalCommand(
  role: string | undefined,
  { follow, lines }: Pick<Options, "follow" | "lines">,
): string {
  const journal = `journalctl --no-pager --lines=${lines} --output=short-iso${follow ? " --follow" : ""}`;
  if (role === undefined) {
    return `exec ${journal}`;
  }
  if (!/^[a-z][a-z0-9-]*$/.test(role)) {
    throw new CommandError(`"${role}" is no role; \`npm run status\` shows each host's`, 2);
  }
  return [
    `settings=${ROLES}/${role}/active/settings`,
    `if [ ! -e "$settings" ]; then`,
    `  echo "role ${role} is not on this host; its roles are: $(ls ${ROLES} | tr '\\n' ' ')" >&2; exit 1`,
    `fi`,
    `. "$settings"`,
    `if [ -z "$ROLE_UNITS" ]; then echo "role ${role} runs no unit" >&2; exit 1; fi`,
    `for unit in $ROLE_UNITS; do set -- "$@" --unit="$unit"; done`,
    `exec ${journal} "$@"`,
  ].join("\n");
}

async function logs(hostName: string, role: string | undefined, options: Options): Promise<void> {
  const [{ findRunning }, { findHost, runAttached, sshArguments, withKnownHosts }] = await Promise.all([
    import("./environment/running"),
    import("./environment/ssh"),
  ]);
  const command = journalCommand(role, options);
  const { outputs } = await findRunning(options.environment);
  const host = findHost(outputs, hostName);
  // Without a terminal of its own, journalctl would go on after Ctrl-C.
  const terminal = options.follow && process.stdin.isTTY;
  const code = await withKnownHosts(outputs, (knownHostsFile) =>
    runAttached(sshArguments({ outputs, host, knownHostsFile, command, terminal })),
  );
  if (code !== 0 && !options.follow) {
    throw new CommandError("", code);
  }
}

if (require.main === module) {
  const command = newCommand("logs", "Show the journal of a host, or of one of its roles.")
    .argument("<host>", "name of the host; `npm run status` shows them")
    .argument("[role]", "one role of the host, e.g. regionserver")
    .option("-f, --follow", "go on with what is added", false)
    .option("-n, --lines <count>", "how many of the last lines", positiveInteger, 200)
    .action(logs);
  void runCommand(command);
}
