/** The inputs of @pulumi/command 1.2.1. */
import type { InputRule, InputRules } from "../../provider/inputs";

const TEXT: InputRule = { type: "string" };
const FLAG: InputRule = { type: "boolean" };

const ENDPOINT: InputRules = {
  host: { type: "string", required: true },
  port: { type: "integer", min: 1, max: 65535, default: 22 },
  user: { type: "string", default: "root" },
  password: TEXT,
  privateKey: TEXT,
  privateKeyPassword: TEXT,
  agentSocketPath: TEXT,
  hostKey: TEXT,
  dialErrorLimit: { type: "integer", default: 10 },
  perDialTimeout: { type: "integer", min: 0, default: 15 },
};

const CONNECTION: InputRule = {
  type: "object",
  required: true,
  properties: { ...ENDPOINT, proxy: { type: "object", properties: ENDPOINT } },
};

const LOGGING: InputRule = { type: "string", oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] };
const TRIGGERS: InputRule = { type: "list" };

const LIFECYCLE: InputRules = { create: TEXT, update: TEXT, delete: TEXT, triggers: TRIGGERS };
const PROCESS: InputRules = {
  stdin: TEXT,
  environment: { type: "map", members: TEXT },
  logging: LOGGING,
  addPreviousOutputInEnv: FLAG,
};
const LOCAL_PROCESS: InputRules = {
  ...PROCESS,
  interpreter: { type: "list", min: 1, members: TEXT },
  dir: TEXT,
  assetPaths: { type: "list", members: TEXT },
  archivePaths: { type: "list", members: TEXT },
};

/** Inputs of `command:remote:Command`. */
export const REMOTE_COMMAND: InputRules = { connection: CONNECTION, ...LIFECYCLE, ...PROCESS };
/** Inputs of `command:local:Command`. */
export const LOCAL_COMMAND: InputRules = { ...LIFECYCLE, ...LOCAL_PROCESS };
/** Inputs of the function `command:local:run`. */
export const LOCAL_RUN: InputRules = { ...LOCAL_PROCESS, command: { type: "string", required: true } };
/** Inputs of `command:remote:CopyToRemote`. */
export const COPY_TO_REMOTE: InputRules = {
  connection: CONNECTION,
  remotePath: { type: "string", required: true },
  source: { type: "asset", required: true },
  triggers: TRIGGERS,
};
/** Inputs of `command:remote:CopyFile`. */
export const COPY_FILE: InputRules = {
  connection: CONNECTION,
  localPath: { type: "string", required: true },
  remotePath: { type: "string", required: true },
  triggers: TRIGGERS,
};
