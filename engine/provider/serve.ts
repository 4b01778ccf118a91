/**
 * A provider plugin's gRPC server. It speaks the protocol itself, since the Node SDK's own server neither passes on
 * detailed diffs nor supports previews.
 */
import * as grpc from "@grpc/grpc-js";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineLog } from "./engine-log";
import * as operations from "./operations";
import { engineAddressIn, stopWithParent } from "./parent";
import type { ProviderDefinition } from "./resource";
import { listen, MESSAGE_LIMITS, unary, unimplemented } from "./unary";

/** How long running operations may take to end after the engine is gone or has asked to stop, in milliseconds. */
const STOP_GRACE = 10_000;

/** A running plugin. */
export interface Served {
  /** The port on 127.0.0.1 at which it answers. */
  port: number;
  /** Aborts what runs, waits for it (at most 10 s) and closes the port. */
  stop(): Promise<void>;
  /** Closes the port at once. */
  close(): void;
}

/** Where to serve, and where the engine is if that is known at the start. */
export interface ServeOptions {
  /** Default: any free port. */
  port?: number;
  /** The engine's address (host:port); it may also come by Handshake or Attach. */
  engineAddress?: string;
}

/** Operations under way: the engine's Cancel aborts them, and a stop waits for them. */
class Operations {
  private aborter = new AbortController();
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly log: EngineLog) {}

  readonly context: operations.MakeContext = (urn, preview, secretInputs) => ({
    urn,
    preview,
    secretInputs,
    signal: this.aborter.signal,
    log: (severity, message, ephemeral = false) => this.log.write({ urn, severity, message, ephemeral }),
  });

  /** Runs an operation; its log lines reach the engine before its answer does. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    this.aborter.signal.throwIfAborted();
    const promise = operation();
    this.running.add(promise);
    try {
      return await promise;
    } finally {
      this.running.delete(promise);
      await this.log.flush();
    }
  }

  /** A new engine has come: what the last one cancelled (every engine does when it ends) does not concern it. */
  renew(): void {
    if (this.aborter.signal.aborted) this.aborter = new AbortController();
  }

  cancel(): void {
    this.aborter.abort(new Error("the update was cancelled"));
  }

  async settle(grace: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, grace)));
    await Promise.race([Promise.allSettled([...this.running]), timeout]);
    clearTimeout(timer);
  }
}

function implementation(
  definitions: readonly ProviderDefinition[],
  log: EngineLog,
  running: Operations,
): grpc.UntypedServiceImplementation {
  const first = definitions[0];
  if (!first) throw new Error("a plugin needs at least one provider definition");
  const { context } = running;
  const on = <Request extends { getUrn(): string }, Response>(
    operation: (
      definition: ReturnType<typeof operations.findResource>,
      request: Request,
      makeContext: operations.MakeContext,
    ) => Promise<Response>,
  ) =>
    unary((request: Request) =>
      running.run(() => operation(operations.findResource(definitions, request.getUrn()), request, context)),
    );
  return {
    handshake: unary((request: proto.ProviderHandshakeRequest) => {
      log.connect(request.getEngineAddress());
      running.renew();
      return new proto.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true);
    }),
    attach: unary((request: PluginAttach) => {
      log.connect(request.getAddress());
      running.renew();
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(first.version)),
    getSchema: unary(() =>
      new proto.GetSchemaResponse().setSchema(JSON.stringify({ name: first.name, version: first.version })),
    ),
    getMapping: unary(() => new proto.GetMappingResponse()),
    getMappings: unary(() => new proto.GetMappingsResponse()),
    checkConfig: unary((request: proto.CheckRequest) =>
      new proto.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: unary(() => new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE)),
    configure: unary(() =>
      new proto.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(true)
        .setAcceptoutputs(false),
    ),
    check: on(operations.check),
    diff: on(operations.diff),
    create: on(operations.create),
    read: on(operations.read),
    update: on(operations.update),
    delete: on(async (definition, request: proto.DeleteRequest, makeContext) => {
      await operations.remove(definition, request, makeContext);
      return new Empty();
    }),
    invoke: unary((request: proto.InvokeRequest) =>
      running.run(() => operations.invoke(definitions, request, context)),
    ),
    cancel: unary(() => {
      running.cancel();
      return new Empty();
    }),
    parameterize: unary(unimplemented("Parameterize")),
    construct: unary(unimplemented("Construct")),
    call: unary(unimplemented("Call")),
  };
}

/** Serves one provider, or several on one port (the resource's type decides), on 127.0.0.1. */
export async function serve(
  definition: ProviderDefinition | readonly ProviderDefinition[],
  options: ServeOptions = {},
): Promise<Served> {
  const definitions = Array.isArray(definition)
    ? (definition as readonly ProviderDefinition[])
    : [definition as ProviderDefinition];
  const log = new EngineLog();
  log.connect(options.engineAddress);
  const running = new Operations(log);
  const server = new grpc.Server(MESSAGE_LIMITS);
  server.addService(ResourceProviderService, implementation(definitions, log, running));
  const port = await listen(server, options.port);
  const close = (): void => {
    running.cancel();
    server.forceShutdown();
    log.close();
  };
  return {
    port,
    close,
    stop: async () => {
      running.cancel();
      await running.settle(STOP_GRACE);
      await log.flush();
      close();
    },
  };
}

/**
 * A plugin's `main`: serves, prints the port for the engine, and ends with the engine: by SIGTERM, or when the
 * process that started it has gone, after the operations under way have been aborted.
 */
export async function serveMain(
  definition: ProviderDefinition | readonly ProviderDefinition[],
): Promise<void> {
  const engineAddress = engineAddressIn(process.argv.slice(2));
  const served = await serve(definition, engineAddress ? { engineAddress } : {});
  stopWithParent(() => {
    served.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
  process.stdout.write(`${served.port}\n`);
}
