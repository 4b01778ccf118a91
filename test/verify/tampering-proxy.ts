import {
  IncomingHttpHeaders,
  IncomingMessage,
  ServerResponse,
  createServer as createHttpServer,
  request,
} from "node:http";
import { AddressInfo, Server, Socket, connect, createServer } from "node:net";

/** What a proxy does to what goes through it. */
export interface Tampering {
  /** Changes the body of an answer to a query. */
  answer?: (body: string) => string;
  /** Sends only this part of a query's answer, then closes the connection. */
  cutAt?: number;
  /** Tells that a put was stored without passing it on; asked for each put. */
  swallowPut?: (body: string) => { status: number; body: string } | undefined;
  /** Changes what telnet clients send. */
  telnet?: (text: string) => string;
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function without(headers: IncomingHttpHeaders, ...names: string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

function port(endpoint: string): number {
  return Number(endpoint.split(":")[1]);
}

async function pass(
  endpoint: string,
  tampering: Tampering,
  from: IncomingMessage,
  to: ServerResponse,
): Promise<void> {
  const sent = await bodyOf(from);
  const lie = from.url?.startsWith("/api/put") ? tampering.swallowPut?.(sent) : undefined;
  if (lie) {
    to.writeHead(lie.status).end(lie.body);
    return;
  }
  // A compressed answer could not be tampered with.
  const wanted = without(from.headers, "accept-encoding");
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(
      { host: "127.0.0.1", port: port(endpoint), path: from.url, method: from.method, headers: wanted },
      resolve,
    )
      .on("error", reject)
      .end(sent);
  });
  const query = from.url?.startsWith("/api/query") === true;
  const received = await bodyOf(answer);
  const body = query && tampering.answer ? tampering.answer(received) : received;
  const headers = without(answer.headers, "content-length", "transfer-encoding");
  const empty = answer.statusCode === 204;
  to.writeHead(
    answer.statusCode ?? 502,
    empty ? headers : { ...headers, "content-length": Buffer.byteLength(body) },
  );
  if (query && tampering.cutAt !== undefined && body.length > tampering.cutAt) {
    to.write(body.slice(0, tampering.cutAt), () => from.socket.destroy());
    return;
  }
  to.end(empty ? undefined : body);
}

/** Stands in front of a TSD, on one port for HTTP and telnet as the TSD itself, and tampers with what it passes on. */
export class TamperingProxy {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(endpoint: string, tampering: Tampering) {
    const http = createHttpServer((from, to) => {
      pass(endpoint, tampering, from, to).catch(() => from.socket.destroy());
    });
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
      socket.on("error", () => undefined);
      socket.once("data", (first: Buffer) => {
        if (/^(GET|POST) /.test(first.toString("latin1", 0, 5))) {
          socket.pause();
          http.emit("connection", socket);
          socket.unshift(first);
          socket.resume();
          return;
        }
        const target = connect(port(endpoint), "127.0.0.1");
        target.on("error", () => socket.destroy());
        const change = (chunk: Buffer): string => (tampering.telnet ?? String)(chunk.toString("utf8"));
        target.write(change(first));
        socket.on("data", (chunk: Buffer) => target.write(change(chunk)));
        socket.on("end", () => target.end());
        target.pipe(socket);
      });
    });
  }

  /** Starts to listen; gives `HOST:PORT`. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.server.close(resolve));
  }
}
