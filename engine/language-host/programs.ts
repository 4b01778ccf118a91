/** How the language host starts Pulumi programs, policy packs and provider plugins written for Node. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { ProgramInfo, RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";

/** The `runtime.options` of a Pulumi.yaml that concern Node. */
export interface RuntimeOptions {
  /** False: the program is JavaScript, nothing is compiled. */
  typescript: boolean;
  /** Arguments for node itself. */
  nodeArguments: string[];
  /** Path of another tsconfig.json. */
  tsconfig?: string;
}

/** A process to be started. */
export interface Start {
  args: string[];
  folder: string;
  env: NodeJS.ProcessEnv;
}

/** Reads the options of a program; what is not set has Pulumi's defaults. */
export function runtimeOptions(options: Record<string, unknown>): RuntimeOptions {
  const { nodeargs, tsconfig } = options;
  return {
    typescript: options["typescript"] !== false,
    nodeArguments: typeof nodeargs === "string" ? nodeargs.split(/\s+/).filter(Boolean) : [],
    ...(typeof tsconfig === "string" && tsconfig !== "" && { tsconfig }),
  };
}

/** The environment of a program: transpile-only unless the user decided otherwise (`npm run types` checks types). */
export function programEnvironment(options: RuntimeOptions, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    ...env,
    PULUMI_NODEJS_TYPESCRIPT: options.typescript ? "true" : undefined,
    ...(options.tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

function optionsOf(info: ProgramInfo | undefined): RuntimeOptions {
  return runtimeOptions(info?.getOptions()?.toJavaScript() ?? {});
}

/** Finds a module of the program's own Pulumi SDK, or says how to get it. */
export function locate(module: string, folder: string): string {
  try {
    return createRequire(join(folder, "package.json")).resolve(module);
  } catch (error) {
    throw new Error(
      `cannot find ${module} from ${folder}: install the program's packages there (npm install), @pulumi/pulumi among them`,
      { cause: error },
    );
  }
}

/** How to run a program. */
export function programStart(request: RunRequest, engine: string, env: NodeJS.ProcessEnv): Start {
  const info = request.getInfo();
  const options = optionsOf(info);
  const folder = info?.getProgramDirectory() ?? request.getPwd();
  const config = Object.fromEntries(request.getConfigMap().entries());
  return {
    folder: request.getPwd(),
    args: [
      ...options.nodeArguments,
      locate("@pulumi/pulumi/cmd/run", folder),
      ...["--monitor", request.getMonitorAddress()],
      ...["--engine", engine],
      ...["--organization", request.getOrganization()],
      ...["--project", request.getProject()],
      ...["--stack", request.getStack()],
      ...["--pwd", request.getPwd()],
      ...["--root-directory", info?.getRootDirectory() ?? folder],
      ...["--parallel", String(request.getParallel())],
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info ? info.getEntryPoint() : request.getProgram() || ".",
      ...request.getArgsList(),
    ],
    env: {
      ...programEnvironment(options, env),
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  };
}

/** How to run a policy pack (`analyzer`) or a provider that is a Node package. */
export function pluginStart(request: RunPluginRequest, env: NodeJS.ProcessEnv): Start {
  const info = request.getInfo();
  const options = optionsOf(info);
  const folder = info?.getProgramDirectory() ?? request.getProgram();
  const given = Object.fromEntries(
    request.getEnvList().map((entry) => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
  const analyzer = request.getKind() === "analyzer";
  const runner = analyzer ? "@pulumi/pulumi/cmd/run-policy-pack" : "@pulumi/pulumi/cmd/run-plugin";
  const target = analyzer ? [...request.getArgsList(), folder] : [folder, ...request.getArgsList()];
  return {
    folder: analyzer ? folder : request.getPwd(),
    args: [...options.nodeArguments, locate(runner, folder), ...target],
    env: { ...programEnvironment(options, env), ...given },
  };
}
