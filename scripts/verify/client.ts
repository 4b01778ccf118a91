import { connect } from "node:net";

import { ServedSeries } from "./compare";
import { Series } from "./points";

/** How long one request may take, in ms. A region that moves is back within 40 s. */
const REQUEST_TIMEOUT_MS = 60_000;

/** A request that the cluster did not answer as it should. */
export class EndpointError extends Error {
  override readonly name = "EndpointError";

  constructor(
    message: string,
    /** HTTP status, where there was an answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** An endpoint as `HOST:PORT` or a URL, as the URL of its root. @throws when it is neither */
export function endpointUrl(endpoint: string): URL {
  const text = /^https?:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`;
  if (!URL.canParse(text)) {
    throw new Error(`endpoint "${endpoint}" is neither HOST:PORT nor a URL`);
  }
  return new URL("/", text);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause instanceof Error ? error.cause : error;
  return "code" in cause && cause.message === "" ? String(cause.code) : cause.message;
}

/** JSON whose numbers stay texts: 64-bit integers would lose digits, and `5` could not be told from `5.0`. */
export function parseExactly(text: string): unknown {
  type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
  const keepNumbers: Reviver = (_key, value, context) =>
    typeof value === "number" ? (context.source ?? String(value)) : value;
  return JSON.parse(text, keepNumbers as (key: string, value: unknown) => unknown) as unknown;
}

/** A body for `/api/put`. */
export function putBody(series: readonly Series[]): string {
  const points = series.flatMap(({ metric, tags, points: all }) =>
    all.map(
      ({ timestamp, value }) =>
        `{"metric":${JSON.stringify(metric)},"timestamp":${timestamp},"value":${value},"tags":${JSON.stringify(tags)}}`,
    ),
  );
  return `[${points.join(",\n")}]`;
}

/** A query for `/api/query`. */
export interface Query {
  /** Seconds since 1970, both included. */
  start: number;
  end: number;
  /** Milliseconds in the answer. Default: false. */
  milliseconds?: boolean;
  queries: readonly {
    metric: string;
    aggregator: string;
    downsample?: string;
    filters: readonly { type: "literal_or" | "wildcard"; tagk: string; filter: string; groupBy: boolean }[];
  }[];
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads the answer to a query with `arrays`, in which a moment that stands twice can be seen. */
export function servedSeries(answer: unknown): ServedSeries[] {
  const wrong = (): never => {
    throw new EndpointError(`/api/query answered something that is no list of series`);
  };
  if (!Array.isArray(answer)) {
    return wrong();
  }
  return answer.map((entry: unknown): ServedSeries => {
    if (
      !isFields(entry) ||
      typeof entry.metric !== "string" ||
      !isFields(entry.tags) ||
      !Array.isArray(entry.dps)
    ) {
      return wrong();
    }
    const points = entry.dps.map((pair: unknown) => {
      const [timestamp, value] = Array.isArray(pair) ? (pair as unknown[]) : wrong();
      return { timestamp: Number(timestamp), value: String(value) };
    });
    const tags = Object.fromEntries(Object.entries(entry.tags).map(([name, value]) => [name, String(value)]));
    const aggregateTags = Array.isArray(entry.aggregateTags) ? entry.aggregateTags.map(String) : [];
    return { metric: entry.metric, tags, points, aggregateTags };
  });
}

/** OpenTSDB as a client sees it, over HTTP and telnet. */
export class EndpointClient {
  private readonly root: URL;

  constructor(
    endpoint: string,
    private readonly signal?: AbortSignal,
  ) {
    this.root = endpointUrl(endpoint);
  }

  /** `HOST:PORT` of the endpoint. */
  get address(): string {
    return this.root.host;
  }

  private limit(): AbortSignal {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    return this.signal ? AbortSignal.any([this.signal, timeout]) : timeout;
  }

  /** One request; its status and whole body. @throws EndpointError when no complete answer came */
  async request(path: string, body?: string): Promise<{ status: number; body: string }> {
    try {
      const response = await fetch(new URL(path, this.root), {
        signal: this.limit(),
        redirect: "manual",
        ...(body === undefined
          ? {}
          : { method: "POST", body, headers: { "Content-Type": "application/json" } }),
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      this.signal?.throwIfAborted();
      throw new EndpointError(
        `${path.split("?")[0]} at ${this.address} gave no complete answer: ${causeOf(error)}`,
      );
    }
  }

  /** Writes points and waits until HBase has them. @throws EndpointError when not all of them were stored */
  async put(series: readonly Series[], how: "details" | "plain"): Promise<void> {
    const points = series.reduce((sum, one) => sum + one.points.length, 0);
    const { status, body } = await this.request(
      how === "details" ? "/api/put?sync&details" : "/api/put?sync",
      putBody(series),
    );
    const refusal = `/api/put of ${points} points answered ${status}: ${body.slice(0, 300)}`;
    if (how === "plain") {
      if (status !== 204) {
        throw new EndpointError(refusal, status);
      }
      return;
    }
    const answer = status === 200 ? (JSON.parse(body) as unknown) : undefined;
    if (!isFields(answer) || answer.success !== points || answer.failed !== 0) {
      throw new EndpointError(refusal, status);
    }
  }

  /** Asks a query. A name that OpenTSDB does not know yet means no series. @throws EndpointError on a refusal */
  async query(query: Query): Promise<ServedSeries[]> {
    const { status, body } = await this.request(
      "/api/query?arrays",
      JSON.stringify({
        start: query.start,
        end: query.end,
        msResolution: query.milliseconds ?? false,
        queries: query.queries,
      }),
    );
    if (status === 400 && /No such name for/.test(body)) {
      return [];
    }
    if (status !== 200) {
      throw new EndpointError(`/api/query answered ${status}: ${body.slice(0, 300)}`, status);
    }
    let answer: unknown;
    try {
      answer = parseExactly(body);
    } catch {
      throw new EndpointError(
        `/api/query answered ${body.length} characters that are no complete JSON`,
        status,
      );
    }
    return servedSeries(answer);
  }

  /**
   * Writes points as telnet `put` lines, then asks for the version: its answer comes after all lines are read.
   * None of them is acknowledged. @throws EndpointError when the TSD complains about a line or does not answer
   */
  async putTelnet(series: readonly Series[]): Promise<void> {
    const lines = series.flatMap(({ metric, tags, points }) => {
      const tail = Object.entries(tags)
        .map(([name, value]) => `${name}=${value}`)
        .join(" ");
      return points.map(({ timestamp, value }) => `put ${metric} ${timestamp} ${value} ${tail}\n`);
    });
    const answer = await this.talk(`${lines.join("")}version\n`, (received) =>
      /built at revision.*\n.*\n/i.test(received),
    );
    const complaint = /^put: .*$/m.exec(answer);
    if (complaint) {
      throw new EndpointError(`telnet put was refused: ${complaint[0]}`);
    }
  }

  /** Sends text over TCP and gathers what comes back until it is complete. */
  private talk(text: string, complete: (received: string) => boolean): Promise<string> {
    const port = Number(this.root.port || (this.root.protocol === "https:" ? 443 : 80));
    return new Promise((resolve, reject) => {
      let received = "";
      const socket = connect({ host: this.root.hostname.replace(/^\[|\]$/g, ""), port });
      const limit = this.limit();
      const fail = (reason: string): void => {
        socket.destroy();
        reject(
          new EndpointError(`telnet to ${this.address}: ${reason}; received "${received.slice(0, 100)}"`),
        );
      };
      limit.addEventListener("abort", () => fail("no answer in time"), { once: true });
      socket.setEncoding("utf8");
      socket.on("connect", () => socket.write(text));
      socket.on("error", (error) => fail(causeOf(error)));
      socket.on("close", () => fail("the connection was closed before the answer"));
      socket.on("data", (chunk: string) => {
        received += chunk;
        if (complete(received)) {
          socket.removeAllListeners("close");
          socket.end();
          resolve(received);
        }
      });
    });
  }
}
