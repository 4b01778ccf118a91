import { ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

import { renderTsdConfig, renderTsdLogging } from "../../components/tsd/config";
import { tableArguments } from "../../components/tsd/schema";
import { configurationXml } from "../../components/storage/xml";

const run = promisify(execFile);

const SALT_BUCKETS = 2;

const ADD_OPENS = [
  ...["java.nio", "sun.nio.ch", "java.lang", "jdk.internal.ref", "java.lang.reflect", "java.util"],
  ...["java.util.concurrent", "jdk.internal.util.random"],
].flatMap((name) => ["--add-opens", `java.base/${name}=ALL-UNNAMED`]);

const HBASE_FLAGS = [
  "-Dorg.apache.hbase.thirdparty.io.netty.tryReflectionSetAccessible=true",
  ...["--add-modules", "jdk.unsupported", ...ADD_OPENS],
  ...["--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED"],
  ...["--add-exports", "java.security.jgss/sun.security.krb5=ALL-UNNAMED"],
];

/** Folders of the bundle's components. */
export interface StandaloneSoftware {
  hbase: string;
  tsd: string;
  tools: string;
}

/** A port of loopback on which nothing listens just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** HBase in one process and a TSD with our own opentsdb.conf, on loopback and ports that were free. */
export class Standalone {
  private readonly processes: ChildProcess[] = [];
  private tsdPort = 0;

  constructor(
    private readonly folder: string,
    private readonly software: StandaloneSoftware,
  ) {}

  /** `HOST:PORT` of the TSD. */
  get endpoint(): string {
    return `127.0.0.1:${this.tsdPort}`;
  }

  /** Starts both and makes the tables. @throws with the last lines of a log when one of them ends */
  async start(): Promise<void> {
    for (const name of ["conf", "tsd", "static", "cache", "hbase"]) {
      mkdirSync(join(this.folder, name), { recursive: true });
    }
    const zookeeperPort = await freePort();
    this.tsdPort = await freePort();
    this.writeSettings(zookeeperPort);
    this.spawn("hbase", [
      ...["-Xmx320m", "-XX:+UseSerialGC", ...HBASE_FLAGS, "-cp"],
      [
        join(this.folder, "conf"),
        join(this.software.hbase, "webroot"),
        join(this.software.hbase, "lib", "*"),
      ].join(":"),
      ...["org.apache.hadoop.hbase.master.HMaster", "start"],
    ]);
    await this.logged("hbase", /Master has completed initialization/, 90);
    await run(
      join(this.software.tools, "bin", "tsdb-tables"),
      ["create", ...tableArguments({ saltBuckets: SALT_BUCKETS }), "--wait-servers", "1"],
      {
        env: { ...process.env, HBASE_HOME: this.software.hbase, HBASE_CONF_DIR: join(this.folder, "conf") },
        timeout: 120_000,
      },
    );
    this.spawn("tsd", [
      ...["-Xmx192m", "-XX:+UseSerialGC", "-cp"],
      [join(this.folder, "tsd"), join(this.software.tsd, "lib", "*")].join(":"),
      "net.opentsdb.tools.TSDMain",
      `--config=${join(this.folder, "tsd", "opentsdb.conf")}`,
      ...["--bind=127.0.0.1", `--port=${this.tsdPort}`],
      ...[`--staticroot=${join(this.folder, "static")}`, `--cachedir=${join(this.folder, "cache")}`],
    ]);
    await this.logged("tsd", /Ready to serve/, 60);
  }

  /** Stops what was started, the TSD first; kills what does not end within 15 s. */
  async stop(): Promise<void> {
    for (const child of this.processes.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) {
        continue;
      }
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const limit = new AbortController();
      await Promise.race([
        ended,
        pause(15_000, undefined, { signal: limit.signal }).then(() => child.kill("SIGKILL")),
      ]);
      limit.abort();
    }
  }

  private writeSettings(zookeeperPort: number): void {
    const hbase = join(this.folder, "hbase");
    writeFileSync(
      join(this.folder, "conf", "hbase-site.xml"),
      configurationXml({
        "hbase.cluster.distributed": "false",
        "hbase.rootdir": `file://${hbase}/root`,
        "hbase.wal.dir": `file://${hbase}/root`,
        "hbase.tmp.dir": `${hbase}/tmp`,
        "hbase.zookeeper.property.dataDir": `${hbase}/zookeeper`,
        "hbase.zookeeper.property.clientPort": String(zookeeperPort),
        "hbase.zookeeper.quorum": "127.0.0.1",
        "hbase.unsafe.stream.capability.enforce": "false",
        "hbase.localcluster.assign.random.ports": "true",
        "hbase.master.ipc.address": "127.0.0.1",
        "hbase.regionserver.ipc.address": "127.0.0.1",
        "hbase.master.info.port": "-1",
        "hbase.regionserver.info.port": "-1",
        "hbase.io.compress.zstd.codec": "org.apache.hadoop.hbase.io.compress.aircompressor.ZstdCodec",
      }),
    );
    writeFileSync(
      join(this.folder, "conf", "log4j.properties"),
      "log4j.rootLogger=INFO,out\nlog4j.appender.out=org.apache.log4j.ConsoleAppender\n" +
        "log4j.appender.out.layout=org.apache.log4j.PatternLayout\nlog4j.appender.out.layout.ConversionPattern=%p %c{1}: %m%n\n",
    );
    writeFileSync(
      join(this.folder, "tsd", "opentsdb.conf"),
      renderTsdConfig({
        zookeepers: ["127.0.0.1"],
        zookeeperPort,
        saltBuckets: SALT_BUCKETS,
        queryPoints: 100_000,
      }),
    );
    writeFileSync(join(this.folder, "tsd", "logback.xml"), renderTsdLogging());
  }

  private spawn(name: string, words: readonly string[]): void {
    const log = openSync(join(this.folder, `${name}.log`), "a");
    this.processes.push(spawn("java", words, { cwd: this.folder, stdio: ["ignore", log, log] }));
    closeSync(log);
  }

  private async logged(name: string, sign: RegExp, seconds: number): Promise<void> {
    const child = this.processes.at(-1);
    for (let waited = 0; waited < seconds * 5; waited += 1) {
      const log = readFileSync(join(this.folder, `${name}.log`), "utf8");
      if (sign.test(log)) {
        return;
      }
      if (child?.exitCode !== null) {
        throw new Error(`${name} ended:\n${log.split("\n").slice(-15).join("\n")}`);
      }
      await pause(200);
    }
    throw new Error(`${name} did not log ${String(sign)} within ${seconds} s`);
  }
}
