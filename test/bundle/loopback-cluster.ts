import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

/** The daemons of a small cluster, all on this machine's loopback addresses. */
export type Daemon = "zk" | "nn" | "dn" | "hm" | "rs1" | "rs2" | "tsd";

/** Where the built software lies. */
export interface Software {
  /** Folder of the hbase component. */
  hbase: string;
  /** Folder of the tsd component. */
  tsd: string;
  /** Folder of the tools component. */
  tools: string;
}

/** What a command of the tools printed. */
export interface ToolOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** An own net of loopback addresses, so that the standard ports are free beside other clusters. */
const address: Readonly<Record<Daemon, string>> = {
  zk: "127.77.3.1",
  nn: "127.77.3.2",
  // Connections between loopback addresses come from 127.0.0.1, and as that the name node knows it.
  dn: "127.0.0.1",
  hm: "127.77.3.4",
  rs1: "127.77.3.5",
  rs2: "127.77.3.6",
  tsd: "127.77.3.7",
};

const dataNodePort = 39866;

const opens = [
  ...["java.nio", "sun.nio.ch", "java.lang", "jdk.internal.ref", "java.lang.reflect", "java.util"],
  ...["java.util.concurrent", "jdk.internal.util.random"],
].flatMap((name) => ["--add-opens", `java.base/${name}=ALL-UNNAMED`]);
const hbaseOptions = [
  "-Dorg.apache.hbase.thirdparty.io.netty.tryReflectionSetAccessible=true",
  ...["--add-modules", "jdk.unsupported", ...opens],
  ...["--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED"],
  ...["--add-exports", "java.security.jgss/sun.security.krb5=ALL-UNNAMED"],
];

const mainClass: Readonly<Record<Daemon, readonly string[]>> = {
  zk: ["org.apache.zookeeper.server.quorum.QuorumPeerMain", "zoo.cfg"],
  nn: ["org.apache.hadoop.hdfs.server.namenode.NameNode"],
  dn: ["org.apache.hadoop.hdfs.server.datanode.DataNode"],
  hm: ["org.apache.hadoop.hbase.master.HMaster", "start"],
  rs1: ["org.apache.hadoop.hbase.regionserver.HRegionServer", "start"],
  rs2: ["org.apache.hadoop.hbase.regionserver.HRegionServer", "start"],
  tsd: ["net.opentsdb.tools.TSDMain", "--config=opentsdb.conf"],
};

const heap: Readonly<Record<Daemon, number>> = {
  zk: 64,
  nn: 128,
  dn: 96,
  hm: 256,
  rs1: 384,
  rs2: 384,
  tsd: 256,
};

/** A cluster of one ZooKeeper, name node, data node and master, up to two region servers, and a TSD. */
export class LoopbackCluster {
  private readonly running = new Map<Daemon, ChildProcess>();

  constructor(
    private readonly folder: string,
    private readonly software: Software,
  ) {
    this.writeSettings();
  }

  private classPath(daemon: Daemon): string {
    const { hbase, tsd } = this.software;
    return daemon === "tsd"
      ? [`${tsd}/lib/*`, this.home(daemon)].join(":")
      : [`${hbase}/lib/*`, `${hbase}/webroot`, this.home(daemon)].join(":");
  }

  /** Formats the name node's empty folder. */
  async format(): Promise<void> {
    const args = [...this.javaArguments("nn", []), "-format", "-nonInteractive"];
    const { code, stderr } = await capture("java", args, this.home("nn"));
    if (code !== 0) {
      throw new Error(`The name node could not format its folder: ${stderr}`);
    }
  }

  /** Starts a daemon; its output goes to `<daemon>.log`. */
  start(daemon: Daemon, options: readonly string[] = []): number {
    const log = openSync(this.logFile(daemon), "a");
    const child = spawn("java", this.javaArguments(daemon, options), {
      cwd: this.home(daemon),
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.running.set(daemon, child);
    if (child.pid === undefined) {
      throw new Error(`java could not be started for ${daemon}.`);
    }
    return child.pid;
  }

  /** Stops a daemon with a signal and waits until it is gone; SIGKILL after 15 s. */
  async stop(daemon: Daemon, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.running.get(daemon);
    this.running.delete(daemon);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await gone;
    clearTimeout(timer);
  }

  /** Ends all daemons at once; nothing of theirs is to be kept. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.running.keys()].map((daemon) => this.stop(daemon, "SIGKILL")));
  }

  /** Runs `tsdb-tables` from the bundle. */
  tool(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<ToolOutcome> {
    return capture(join(this.software.tools, "bin", "tsdb-tables"), args, this.folder, {
      HBASE_HOME: this.software.hbase,
      HBASE_CONF_DIR: this.home("hm"),
      ...environment,
    });
  }

  /** Waits until a port of a daemon answers; an error carries the last lines of its log. */
  async awaitPort(daemon: Daemon, port: number): Promise<void> {
    await this.until(daemon, `port ${port}`, () => answers(address[daemon], port));
  }

  /** Waits until a daemon has logged a text. */
  async awaitLog(daemon: Daemon, text: string): Promise<void> {
    await this.until(daemon, `"${text}" in the log`, () =>
      Promise.resolve(readFileSync(this.logFile(daemon), "utf8").includes(text)),
    );
  }

  /** Base URL of the TSD. */
  get tsdUrl(): string {
    return `http://${address.tsd}:4242`;
  }

  /** Name by which the master knows a region server. */
  serverName(daemon: "rs1" | "rs2"): string {
    return address[daemon];
  }

  private async until(daemon: Daemon, what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 2_400; attempt++) {
      if (await holds()) {
        return;
      }
      const child = this.running.get(daemon);
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`${daemon} ended before there was ${what}:\n${this.lastLines(daemon)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${daemon} had no ${what} within 120 s:\n${this.lastLines(daemon)}`);
  }

  private lastLines(daemon: Daemon): string {
    return readFileSync(this.logFile(daemon), "utf8").split("\n").slice(-20).join("\n");
  }

  private javaArguments(daemon: Daemon, options: readonly string[]): string[] {
    return [
      `-Xmx${heap[daemon]}m`,
      ...["-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto"],
      ...(daemon === "tsd" || daemon === "zk" ? [] : hbaseOptions),
      ...options,
      ...["-cp", this.classPath(daemon), ...mainClass[daemon]],
    ];
  }

  private home(daemon: Daemon): string {
    return join(this.folder, daemon);
  }

  private logFile(daemon: Daemon): string {
    return join(this.folder, `${daemon}.log`);
  }

  private writeSettings(): void {
    for (const daemon of Object.keys(address) as Daemon[]) {
      const home = this.home(daemon);
      mkdirSync(home, { recursive: true });
      writeFileSync(this.logFile(daemon), "");
      const files = daemon === "tsd" ? tsdFiles(home) : hadoopFiles(daemon, this.folder);
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(home, name), text);
      }
    }
  }
}

function hadoopFiles(daemon: Daemon, folder: string): Record<string, string> {
  const data = (name: string): string => join(folder, `data-${name}`);
  return {
    "log4j.properties": [
      "log4j.rootLogger=INFO,out",
      "log4j.appender.out=org.apache.log4j.ConsoleAppender",
      "log4j.appender.out.layout=org.apache.log4j.PatternLayout",
      "log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %-5p [%t] %c{2}: %m%n",
    ].join("\n"),
    "zoo.cfg": [
      ...["tickTime=2000", `dataDir=${data("zk")}`, "clientPort=2181", "admin.enableServer=false"],
      `clientPortAddress=${address.zk}`,
    ].join("\n"),
    "core-site.xml": xml({ "fs.defaultFS": `hdfs://${address.nn}:8020` }),
    "hdfs-site.xml": xml({
      "dfs.replication": 1,
      "dfs.namenode.name.dir": `file://${data("nn")}`,
      "dfs.namenode.rpc-bind-host": address.nn,
      "dfs.namenode.http-address": `${address.nn}:9870`,
      "dfs.namenode.safemode.extension": 0,
      "dfs.namenode.datanode.registration.ip-hostname-check": false,
      "dfs.datanode.data.dir": `file://${data("dn")}`,
      "dfs.datanode.hostname": address.dn,
      "dfs.datanode.address": `${address.dn}:${dataNodePort}`,
      "dfs.datanode.http.address": `${address.dn}:${dataNodePort + 1}`,
      "dfs.datanode.ipc.address": `${address.dn}:${dataNodePort + 2}`,
      "dfs.client.block.write.replace-datanode-on-failure.policy": "NEVER",
    }),
    "hbase-site.xml": xml({
      "hbase.cluster.distributed": true,
      "hbase.rootdir": `hdfs://${address.nn}:8020/hbase`,
      "hbase.zookeeper.quorum": address.zk,
      "hbase.tmp.dir": data(daemon),
      "hbase.master.hostname": address.hm,
      "hbase.master.ipc.address": address.hm,
      "hbase.master.info.bindAddress": address.hm,
      "hbase.unsafe.regionserver.hostname": address[daemon],
      "hbase.regionserver.ipc.address": address[daemon],
      "hbase.regionserver.info.bindAddress": address[daemon],
      "hbase.regionserver.handler.count": 10,
      "hbase.master.wait.on.regionservers.mintostart": 1,
      "hbase.master.wait.on.regionservers.timeout": 2000,
      "hbase.master.wait.on.regionservers.interval": 500,
      "zookeeper.session.timeout": 20000,
      "hbase.io.compress.zstd.codec": "org.apache.hadoop.hbase.io.compress.aircompressor.ZstdCodec",
    }),
  };
}

function tsdFiles(home: string): Record<string, string> {
  return {
    "logback.xml": [
      '<configuration><appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder>',
      "<pattern>%d %-5level [%thread] %logger{0}: %msg%n</pattern></encoder></appender>",
      '<root level="INFO"><appender-ref ref="out"/></root></configuration>',
    ].join("\n"),
    "opentsdb.conf": [
      `tsd.network.bind = ${address.tsd}`,
      "tsd.network.port = 4242",
      "tsd.core.enable_ui = false",
      "tsd.core.auto_create_metrics = true",
      "tsd.no_diediedie = true",
      `tsd.http.cachedir = ${home}`,
      `tsd.http.staticroot = ${home}`,
      `tsd.storage.hbase.zk_quorum = ${address.zk}:2181`,
      "tsd.storage.salt.width = 1",
      "tsd.storage.salt.buckets = 4",
      "tsd.storage.max_tags = 16",
      "tsd.storage.enable_compaction = false",
      "hbase.rpcs.buffered_flush_interval = 50",
    ].join("\n"),
  };
}

function xml(properties: Readonly<Record<string, string | number | boolean>>): string {
  const lines = Object.entries(properties).map(
    ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>`,
  );
  return `<configuration>\n${lines.join("\n")}\n</configuration>\n`;
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function capture(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ToolOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
