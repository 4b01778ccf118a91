import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runCommand } from "./command";
import { walk } from "./content";
import { pomVersion, resolveJars } from "./jars";
import type { Architecture, ComponentName } from "./manifest";

/** What a recipe gets. */
export interface Kitchen {
  /** Folder of the recipe's own inputs in the repository. */
  source: string;
  /** Empty folder that is to become the component. */
  target: string;
  /** Scratch folder, removed afterwards. */
  scratch: string;
  /** What the binaries are to run on. */
  architecture: Architecture;
  /** Whether to rewrite the recorded checksums of the jars. */
  record: boolean;
  /** Folder of the finished hbase component, for what is compiled against it. */
  hbase?: string;
  /** Receives a line for what a person should know meanwhile. */
  log: (line: string) => void;
}

/** How one component is made. */
export interface Recipe {
  /** Version of the software. */
  version(source: string): Promise<string>;
  /** Fills the target folder. */
  build(kitchen: Kitchen): Promise<void>;
  /** The component that must be there before. */
  after?: ComponentName;
  /** Whether the result differs between architectures. */
  perArchitecture: boolean;
}

/** The daemons exit when these folders are not on the class path; empty ones serve /jmx all the same. */
const webapps = [
  ...["hdfs", "datanode", "journal", "secondary", "static"].map((name) => `webapps/${name}`),
  ...["master", "regionserver", "static"].map((name) => `hbase-webapps/${name}`),
];
const emptyWebXml = '<web-app xmlns="http://java.sun.com/xml/ns/javaee" version="2.5"/>\n';

const jarVersion = async (source: string): Promise<string> =>
  pomVersion(await readFile(join(source, "pom.xml"), "utf8"));

const hbase: Recipe = {
  version: jarVersion,
  perArchitecture: false,
  async build({ source, target, record, log }) {
    await resolveJars({ source, target: join(target, "lib"), record, log });
    for (const webapp of webapps) {
      const folder = join(target, "webroot", webapp, "WEB-INF");
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "web.xml"), emptyWebXml);
    }
  },
};

const tsd: Recipe = {
  version: jarVersion,
  perArchitecture: false,
  async build({ source, target, record, log }) {
    await resolveJars({ source, target: join(target, "lib"), record, log });
  },
};

const tools: Recipe = {
  version: () => Promise.resolve("1"),
  perArchitecture: false,
  after: "hbase",
  async build({ source, target, scratch, hbase: hbaseFolder }) {
    if (hbaseFolder === undefined) {
      throw new Error("The tools are compiled against the hbase component, which was not given.");
    }
    const classes = join(scratch, "classes");
    await mkdir(classes, { recursive: true });
    const sources = (await walk(join(source, "src"))).files.filter((file) => file.endsWith(".java"));
    await runCommand(
      "javac",
      [
        ...["--release", "17", "-proc:none", "-Xlint:all,-classfile,-path,-processing", "-Werror"],
        ...["-cp", join(hbaseFolder, "lib", "*"), "-d", classes, ...sources],
      ],
      { cwd: source, env: { LC_ALL: "C.UTF-8" } },
    );
    await copyFile(join(source, "resources", "log4j.properties"), join(classes, "log4j.properties"));
    await mkdir(join(target, "lib"));
    await runCommand(
      "jar",
      [
        ...["--create", "--no-manifest", "--date=2020-01-01T00:00:00Z"],
        ...["--file", join(target, "lib", "tsdb-tables.jar"), "-C", classes, "."],
      ],
      { cwd: scratch },
    );
    await copyInto(join(source, "bin", "tsdb-tables"), join(target, "bin", "tsdb-tables"));
  },
};

/** The Go release that builds Telegraf: another one makes another binary from the same source. */
const goToolchain = "go1.26.8";
const telegrafModule = "github.com/influxdata/telegraf";

const telegraf: Recipe = {
  perArchitecture: true,
  async version(source) {
    const mod = await readFile(join(source, "go.mod"), "utf8");
    const version = new RegExp(`^require ${telegrafModule} v(\\S+)$`, "m").exec(mod)?.[1];
    if (version === undefined) {
      throw new Error(`${join(source, "go.mod")} does not require ${telegrafModule}.`);
    }
    return version;
  },
  async build({ source, target, architecture, log }) {
    const plugins = (await readFile(join(source, "plugins.txt"), "utf8"))
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    const version = await telegraf.version(source);
    await mkdir(join(target, "bin"));
    await runCommand(
      "go",
      [
        ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false"],
        ...["-tags", ["custom", ...plugins].join(",")],
        ...["-ldflags", `-s -w -X ${telegrafModule}/internal.Version=${version}`],
        ...["-o", join(target, "bin", "telegraf"), `${telegrafModule}/cmd/telegraf`],
      ],
      {
        cwd: source,
        attempts: 3,
        log,
        env: {
          CGO_ENABLED: "0",
          GOOS: "linux",
          GOARCH: architecture,
          GOTOOLCHAIN: goToolchain,
          // A machine's own preferences change the binary; only what is named here may.
          GOFLAGS: "",
          GOWORK: "off",
          GOAMD64: "v1",
          GOARM64: "v8.0",
          GOEXPERIMENT: "",
        },
      },
    );
  },
};

/** All recipes by component. */
export const recipes: Readonly<Record<ComponentName, Recipe>> = { hbase, tsd, tools, telegraf };

async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
