/** Opens a shell on a host, or runs a command there. */
import { CommandError, newCommand, runCommand } from "./command-line";

/** Words of a command line as one text for the remote shell; a single word is taken as it is, so that it may be a script. */
export function remoteCommand(words: readonly string[], quote: (word: string) => string): string | undefined {
  return words.length <= 1 ? words[0] : words.map(quote).join(" ");
}

async function ssh(hostName: string, words: string[], options: { environment: string }): Promise<void> {
  const [{ findRunning }, { findHost, runAttached, shellWord, sshArguments, withKnownHosts }] =
    await Promise.all([import("./environment/running"), import("./environment/ssh")]);
  const { outputs } = await findRunning(options.environment);
  const host = findHost(outputs, hostName);
  // `npm run ssh -- HOST -- COMMAND` is what people write who know other such programs.
  const command = remoteCommand(words[0] === "--" ? words.slice(1) : words, shellWord);
  const code = await withKnownHosts(outputs, (knownHostsFile) =>
    runAttached(
      sshArguments({ outputs, host, knownHostsFile, ...(command === undefined ? {} : { command }) }),
    ),
  );
  if (code !== 0) {
    // The exit code of the command on the host is this command's.
    throw new CommandError("", code);
  }
}

if (require.main === module) {
  const command = newCommand(
    "ssh",
    "Open a shell on a host, or run a command there; its exit code becomes this one's.",
  )
    .argument("<host>", "name of the host; `npm run status` shows them")
    .argument("[command...]", "command and its arguments; a single word may be a whole shell script")
    // Options after the host's name belong to the command.
    .passThroughOptions()
    .action(ssh);
  void runCommand(command);
}
