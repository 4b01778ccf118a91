import type { ProviderDefinition } from "../../provider/resource";
import { copyFile, copyToRemote } from "./copy";
import { localCommand, localRun } from "./local-command";
import { remoteCommand } from "./remote-command";

/** The stand-in for the plugin of @pulumi/command 1.2.1. */
export const command: ProviderDefinition = {
  name: "command",
  version: "1.2.1",
  resources: {
    "command:remote:Command": remoteCommand,
    "command:remote:CopyToRemote": copyToRemote,
    "command:remote:CopyFile": copyFile,
    "command:local:Command": localCommand,
  },
  functions: { "command:local:run": localRun },
};
