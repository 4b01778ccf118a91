/**
 * The plugin's gRPC server. The toolkit's own server answers Configure for providers without settings; this one has
 * settings, so it takes the toolkit's operations and answers the configuration calls itself.
 */
import { appendFileSync } from "node:fs";
import * as grpc from "@grpc/grpc-js";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { inputDifferences } from "../../provider/differences";
import { EngineLog } from "../../provider/engine-log";
import * as operations from "../../provider/operations";
import { engineAddressIn, stopWithParent } from "../../provider/parent";
import { decode, unwrapAll } from "../../provider/properties";
import type { Properties, ProviderDefinition } from "../../provider/resource";
import { listen, MESSAGE_LIMITS, unary, unimplemented } from "../../provider/unary";
import { ledgerFile } from "./account";
import { RESOURCES } from "./catalog";
import { configurationOf, parseSettings, SECRET_SETTINGS, settingFailures } from "./configuration";
import { resourceOf, type World } from "./definition";
import { functionsOf } from "./functions";

const NAME = "aws";
/** The version of @pulumi/aws whose plugin this one stands in for. */
const VERSION = "7.48.0";

/** The environment variable that names a file to which each Configure's settings are added, a line of JSON each. */
export const CONFIGURE_RECORD = "OFFLINE_AWS_CONFIGURE_RECORD";

const NOTICE =
  "this is the offline stand-in for the AWS plugin: it reaches no account, and nothing that it reports exists";

/** The plugin of @pulumi/aws as far as it is recorded, over one provider's settings. */
function definitionOf(world: World, ledger: () => string | undefined): ProviderDefinition {
  return {
    name: NAME,
    version: VERSION,
    resources: Object.fromEntries(Object.keys(RESOURCES).map((token) => [token, resourceOf(token, world)])),
    functions: functionsOf(world, ledger),
  };
}

/** Settings as Configure's request holds them: as arguments, or as variables named `aws:config:…`. */
export function settingsIn(args: Properties, variables: Readonly<Record<string, string>>): Properties {
  if (Object.keys(args).length > 0) return args;
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name.replace(/^aws:config:/, ""), value]),
  );
}

function record(settings: Properties, env: NodeJS.ProcessEnv): void {
  const file = env[CONFIGURE_RECORD];
  if (!file) return;
  const shown = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      SECRET_SETTINGS.includes(name) ? "[secret]" : value,
    ]),
  );
  appendFileSync(file, `${JSON.stringify(shown)}\n`, { mode: 0o600 });
}

function implementation(log: EngineLog, env: NodeJS.ProcessEnv): grpc.UntypedServiceImplementation {
  let ledger: string | undefined = env["OFFLINE_AWS_LEDGER"] ? ledgerFile("", env) : undefined;
  const world: World = { configuration: configurationOf({}, env), env };
  const definition = definitionOf(world, () => ledger);
  const aborter = new AbortController();

  const context: operations.MakeContext = (urn, preview, secretInputs) => ({
    urn,
    preview,
    secretInputs,
    signal: aborter.signal,
    log: (severity, message, ephemeral = false) => log.write({ urn, severity, message, ephemeral }),
  });
  const on = <Request extends { getUrn(): string }, Response>(
    operation: (
      found: ReturnType<typeof operations.findResource>,
      request: Request,
      makeContext: operations.MakeContext,
    ) => Promise<Response>,
  ) =>
    unary(async (request: Request) => {
      aborter.signal.throwIfAborted();
      ledger = ledgerFile(request.getUrn(), env);
      return operation(operations.findResource([definition], request.getUrn()), request, context);
    });

  return {
    handshake: unary((request: proto.ProviderHandshakeRequest) => {
      log.connect(request.getEngineAddress());
      return new proto.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true);
    }),
    attach: unary((request: PluginAttach) => {
      log.connect(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(VERSION)),
    getSchema: unary(() =>
      new proto.GetSchemaResponse().setSchema(JSON.stringify({ name: NAME, version: VERSION })),
    ),
    getMapping: unary(() => new proto.GetMappingResponse()),
    getMappings: unary(() => new proto.GetMappingsResponse()),
    checkConfig: unary((request: proto.CheckRequest) => {
      // The provider's own URN names the stack, so that functions find its ledger before any resource comes.
      ledger = ledgerFile(request.getUrn(), env);
      return new proto.CheckResponse()
        .setInputs(request.getNews())
        .setFailuresList(operations.failureList(settingFailures(unwrapAll(decode(request.getNews())), env)));
    }),
    diffConfig: unary((request: proto.DiffRequest) => {
      const [olds, news] = [request.getOldInputs() ?? request.getOlds(), request.getNews()].map((one) =>
        parseSettings(unwrapAll(decode(one))),
      );
      const changed = inputDifferences(olds ?? {}, news ?? {}, []).map(({ path }) => path);
      const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
      return new proto.DiffResponse()
        .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(changed);
    }),
    configure: unary(async (request: proto.ConfigureRequest) => {
      const variables = Object.fromEntries(
        request.getVariablesMap().toObject() as [name: string, value: string][],
      );
      const settings = settingsIn(unwrapAll(decode(request.getArgs())), variables);
      world.configuration = configurationOf(settings, env);
      record(settings, env);
      log.write({ urn: "", severity: "warning", message: NOTICE, ephemeral: false });
      await log.flush();
      return new proto.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(true)
        .setAcceptoutputs(false);
    }),
    check: on(operations.check),
    diff: on(operations.diff),
    create: on(operations.create),
    read: on(operations.read),
    update: on(operations.update),
    delete: on(async (found, request: proto.DeleteRequest, makeContext) => {
      await operations.remove(found, request, makeContext);
      return new Empty();
    }),
    invoke: unary((request: proto.InvokeRequest) => operations.invoke([definition], request, context)),
    cancel: unary(() => {
      aborter.abort(new Error("the update was cancelled"));
      return new Empty();
    }),
    parameterize: unary(unimplemented("Parameterize")),
    construct: unary(unimplemented("Construct")),
    call: unary(unimplemented("Call")),
  };
}

/** Serves the plugin, prints its port for the engine, and ends with the engine. No operation outlasts its call. */
export async function serveMain(): Promise<void> {
  const log = new EngineLog();
  log.connect(engineAddressIn(process.argv.slice(2)));
  const server = new grpc.Server(MESSAGE_LIMITS);
  server.addService(ResourceProviderService, implementation(log, process.env));
  const port = await listen(server);
  stopWithParent(() => {
    server.forceShutdown();
    log.close();
    process.exit(0);
  });
  process.stdout.write(`${port}\n`);
}
