/** gRPC calls with one request and one answer, as functions. */
import * as grpc from "@grpc/grpc-js";

/** Messages up to this many bytes pass, as in Pulumi's own engine and SDK. */
export const MESSAGE_LIMITS = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
} as const;

class Unimplemented extends Error {}

/** Turns a function into a gRPC method; what it throws becomes the call's error. */
export function unary<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  return (call: grpc.ServerUnaryCall<Request, Response>, answer: grpc.sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => answer(null, response),
        (error: unknown) =>
          answer({
            code: error instanceof Unimplemented ? grpc.status.UNIMPLEMENTED : grpc.status.UNKNOWN,
            details: error instanceof Error ? error.message : String(error),
          }),
      );
  };
}

/** A method that the engine is told not to use. */
export function unimplemented(name: string): () => never {
  return () => {
    throw new Unimplemented(`${name} is not supported by this plugin`);
  };
}

/** Binds a server to a port of 127.0.0.1 (0: any free one) and tells which. */
export function listen(server: grpc.Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}
