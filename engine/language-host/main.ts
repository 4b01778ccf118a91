/**
 * `pulumi-language-nodejs` for the Pulumi CLI: runs programs, policy packs and provider plugins with the SDK that the
 * program has installed. The published one comes only with Pulumi's own downloads.
 */
import { type ChildProcess, spawn } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { engineAddressIn, stopWithParent } from "../provider/parent";
import { listen, MESSAGE_LIMITS, unary, unimplemented } from "../provider/unary";
import { pluginStart, programStart, type Start } from "./programs";

/** The exit code by which a program says that its error has been reported already. */
const BAIL = 32;
/** The version that the CLI is told; it stands for the SDK's protocol. */
const VERSION = "3.250.0";

let engine = engineAddressIn(process.argv.slice(2)) ?? "";
const running = new Set<ChildProcess>();

function start({ args, folder, env }: Start, output: "inherit" | "pipe"): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", output, output] });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

function cancelAll(): void {
  for (const child of running) child.kill();
}

/** Runs a program to its end and says how it ended. */
function run(request: proto.RunRequest): Promise<proto.RunResponse> {
  const child = start(programStart(request, engine, process.env), "inherit");
  return new Promise((resolve) => {
    const response = new proto.RunResponse();
    child.once("error", (error) => resolve(response.setError(`cannot start node: ${error.message}`)));
    child.once("exit", (code, signal) => {
      if (code === BAIL) response.setBail(true);
      else if (code !== 0) response.setError(`the program ended with ${signal ?? `exit code ${code}`}`);
      resolve(response);
    });
  });
}

/** Answers for a plugin that cannot be run as the plugin would: by its stderr and its exit code. */
function refuse(
  call: grpc.ServerWritableStream<proto.RunPluginRequest, proto.RunPluginResponse>,
  error: unknown,
): void {
  const text = `${error instanceof Error ? error.message : String(error)}\n`;
  call.write(new proto.RunPluginResponse().setStderr(new Uint8Array(Buffer.from(text))));
  call.write(new proto.RunPluginResponse().setExitcode(1));
  call.end();
}

/** Runs a plugin and passes on what it prints, its port first. */
function runPlugin(call: grpc.ServerWritableStream<proto.RunPluginRequest, proto.RunPluginResponse>): void {
  let child: ChildProcess;
  try {
    child = start(pluginStart(call.request, process.env), "pipe");
  } catch (error) {
    refuse(call, error);
    return;
  }
  child.stdout?.on("data", (chunk: Buffer) =>
    call.write(new proto.RunPluginResponse().setStdout(new Uint8Array(chunk))),
  );
  child.stderr?.on("data", (chunk: Buffer) =>
    call.write(new proto.RunPluginResponse().setStderr(new Uint8Array(chunk))),
  );
  child.once("error", (error) => refuse(call, error));
  child.once("close", (code) => {
    // A program that could not be started has been answered for.
    if (call.writableEnded) return;
    call.write(new proto.RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => child.kill());
}

const methods: grpc.UntypedServiceImplementation = {
  handshake: unary((request: proto.LanguageHandshakeRequest) => {
    engine = request.getEngineAddress() || engine;
    return new proto.LanguageHandshakeResponse();
  }),
  getPluginInfo: unary(() => new PluginInfo().setVersion(VERSION)),
  // Plugins are found when a resource asks for them; nothing is to be fetched beforehand.
  getRequiredPlugins: unary(() => new proto.GetRequiredPluginsResponse()),
  getRequiredPackages: unary(() => new proto.GetRequiredPackagesResponse()),
  getProgramDependencies: unary(() => new proto.GetProgramDependenciesResponse()),
  runtimeOptionsPrompts: unary(() => new proto.RuntimeOptionsResponse()),
  about: unary(() => new proto.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
  installDependencies: (
    call: grpc.ServerWritableStream<proto.InstallDependenciesRequest, proto.InstallDependenciesResponse>,
  ) => call.end(),
  cancel: unary(() => {
    cancelAll();
    return new Empty();
  }),
  run: unary(run),
  runPlugin,
  template: unary(unimplemented("Template")),
  generateProgram: unary(unimplemented("GenerateProgram")),
  generateProject: unary(unimplemented("GenerateProject")),
  generatePackage: unary(unimplemented("GeneratePackage")),
  pack: unary(unimplemented("Pack")),
  link: unary(unimplemented("Link")),
};

async function main(): Promise<void> {
  const server = new grpc.Server(MESSAGE_LIMITS);
  server.addService(LanguageRuntimeService, methods);
  const port = await listen(server);
  stopWithParent(() => {
    cancelAll();
    process.exit(0);
  });
  process.stdout.write(`${port}\n`);
}

void main();
