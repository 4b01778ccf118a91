/** A real engine for tests: the CLI, this repository's plugins, throw-away stacks, and an OpenSSH server on loopback. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  type EngineEvent,
  LocalWorkspace,
  type OutputMap,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";
import { type Environment, prepareEngine } from "../../engine/home";

/** The root of the repository. */
export const repository = resolve(__dirname, "../..");

let prepared: Promise<Environment> | undefined;

/** The engine's environment for tests, with stand-ins only; its home is kept between runs, under build/. */
export function testEngine(): Promise<Environment> {
  prepared ??= (async () => {
    // The CLI that bootstrap has put into the repository's own home serves tests too.
    const path = [process.env["PATH"], join(repository, ".pulumi-home", "bin")].join(delimiter);
    const variables = await prepareEngine({
      repository,
      home: join(repository, "build", "test-engine"),
      log: () => undefined,
      env: {
        ...process.env,
        PATH: path,
        OPENTSDB_OFFLINE: "1",
        PULUMI_BACKEND_URL: undefined,
        PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
        PULUMI_CONFIG_PASSPHRASE: undefined,
      },
    });
    // The Automation API looks for the CLI on the PATH of this process.
    process.env["PATH"] = variables["PATH"];
    return variables;
  })();
  return prepared;
}

/** A folder of its own below the machine's temporary folder; the caller removes it. */
export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), "opentsdb-engine-"));
}

/** What an update did, as its events told it. */
export interface StackRun {
  outputs: OutputMap;
  /** `operation name`, in the order in which the engine began them; resources that stayed the same are left out. */
  steps: string[];
  /** What was shown at resources, in order; also what is shown only as status. */
  diagnostics: string[];
}

/** A failed update; `message` holds the CLI's output. */
export class StackFailure extends Error {
  constructor(
    message: string,
    readonly diagnostics: string[],
    readonly steps: string[],
  ) {
    super(message);
  }
}

/** A stack of its own with a file backend in a temporary folder. */
export class TestStack {
  private constructor(
    private readonly stack: Stack,
    /** The temporary folder: state, and whatever a test puts there. */
    readonly folder: string,
  ) {}

  /** Makes a stack; `env` is added to the engine's environment. */
  static async create(env: Record<string, string> = {}): Promise<TestStack> {
    const engine = await testEngine();
    const folder = scratchFolder();
    const backend = join(folder, "state");
    mkdirSync(backend);
    const stack = await LocalWorkspace.createStack(
      { stackName: "test", projectName: "engine-test", program: () => Promise.resolve() },
      {
        projectSettings: { name: "engine-test", runtime: "nodejs", backend: { url: `file://${backend}` } },
        workDir: folder,
        ...(engine["PULUMI_HOME"] && { pulumiHome: engine["PULUMI_HOME"] }),
        envVars: {
          ...engine,
          PULUMI_BACKEND_URL: `file://${backend}`,
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_CONFIG_PASSPHRASE_FILE: "",
          ...env,
        },
      },
    );
    return new TestStack(stack, folder);
  }

  private async run(start: (onEvent: (event: EngineEvent) => void) => Promise<OutputMap>): Promise<StackRun> {
    const steps: string[] = [];
    const diagnostics: string[] = [];
    const onEvent = (event: EngineEvent): void => {
      const step = event.resourcePreEvent?.metadata;
      if (step && step.op !== "same" && step.op !== "read" && !step.type.startsWith("pulumi:"))
        steps.push(`${step.op} ${step.urn.split("::").pop()}`);
      // The SDK's debug lines hold every property in plain; nobody sees them without --debug.
      const shown = event.diagnosticEvent;
      if (shown && (shown.severity as string) !== "debug") diagnostics.push(shown.message);
    };
    try {
      return { outputs: await start(onEvent), steps, diagnostics };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new StackFailure(`${message}\n${diagnostics.join("\n")}`, diagnostics, steps);
    }
  }

  /** Updates the stack to what the program says; `signal` interrupts the update as Ctrl-C would. */
  up(program: PulumiFn, signal?: AbortSignal): Promise<StackRun> {
    return this.run(
      async (onEvent) => (await this.stack.up({ program, onEvent, ...(signal && { signal }) })).outputs,
    );
  }

  /** Previews the program; the steps are those that an update would take. */
  preview(program: PulumiFn): Promise<StackRun> {
    return this.run(async (onEvent) => {
      await this.stack.preview({ program, onEvent });
      return {};
    });
  }

  /** Reads all resources anew. */
  refresh(): Promise<StackRun> {
    return this.run(async (onEvent) => {
      await this.stack.refresh({ onEvent });
      return {};
    });
  }

  /** Removes all resources. */
  destroy(): Promise<StackRun> {
    return this.run(async (onEvent) => {
      await this.stack.destroy({ onEvent });
      return {};
    });
  }

  /** The state as it lies on disk, secrets encrypted. */
  stateText(): string {
    return readFileSync(join(this.folder, "state/.pulumi/stacks/engine-test/test.json"), "utf8");
  }

  /** Removes the folder and with it the state; what a failed test left in the state is forgotten. */
  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A port of loopback that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

/** How a test's SSH server is to be. */
export interface SshdOptions {
  /** Default: a free one. */
  port?: number;
  /** More lines of sshd_config. */
  config?: string[];
  /** Keys of another server, to stand in for it. */
  keysOf?: Sshd;
}

/** Finds OpenSSH's server; undefined where it is not installed. */
export function findSshd(): string | undefined {
  return ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/lib/ssh/sshd"].find((path) => existsSync(path));
}

/** An OpenSSH server on loopback, with keys and settings of its own. */
export class Sshd {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly config: string[],
  ) {}

  /** Writes keys and settings, without starting anything. */
  static async prepare(options: SshdOptions = {}): Promise<Sshd> {
    const folder = scratchFolder();
    const sshd = new Sshd(options.port ?? (await freePort()), folder, options.config ?? []);
    for (const name of ["host", "client"]) {
      const path = join(folder, name);
      if (options.keysOf)
        for (const end of ["", ".pub"])
          writeFileSync(path + end, readFileSync(join(options.keysOf.folder, name) + end));
      else execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
      chmodSync(path, 0o600);
    }
    return sshd;
  }

  /** Writes keys and settings, starts the server, and waits until it answers. */
  static async start(options: SshdOptions = {}): Promise<Sshd> {
    const sshd = await Sshd.prepare(options);
    await sshd.up();
    return sshd;
  }

  /** Starts the server. */
  async up(): Promise<void> {
    const binary = findSshd();
    if (!binary) throw new Error("OpenSSH's server is not installed: apt-get install openssh-server");
    // sshd as root insists on this empty folder; Debian makes it when the service starts.
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    const file = join(this.folder, "sshd_config");
    const lines = [
      ...this.config,
      "ListenAddress 127.0.0.1",
      `Port ${this.port}`,
      `HostKey ${join(this.folder, "host")}`,
      `AuthorizedKeysFile ${join(this.folder, "client.pub")}`,
      "PidFile none",
      "UsePAM no",
      "StrictModes no",
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "MaxStartups 50:30:100",
      "Subsystem sftp internal-sftp",
      "LogLevel VERBOSE",
    ];
    writeFileSync(file, `${lines.join("\n")}\n`);
    const child = spawn(binary, ["-D", "-f", file, "-E", join(this.folder, "log")], { stdio: "ignore" });
    this.child = child;
    // A test run that dies must not leave its servers.
    const orphaned = (): void => kill(child.pid ?? 0, "SIGKILL");
    process.once("exit", orphaned);
    child.once("exit", () => process.removeListener("exit", orphaned));
    let ended = false;
    child.once("exit", () => (ended = true));
    for (let tries = 0; tries < 200; tries++) {
      if (ended) throw new Error(`sshd ended at once: ${this.log()}`);
      if (await answers(this.port)) return;
      await pause(25);
    }
    throw new Error(`sshd does not answer on port ${this.port}: ${this.log()}`);
  }

  /** The private key that may log in. */
  get privateKey(): string {
    return readFileSync(join(this.folder, "client"), "utf8");
  }

  /** The path of that key. */
  get privateKeyPath(): string {
    return join(this.folder, "client");
  }

  /** The server's key in authorized_keys format. */
  get hostKey(): string {
    return readFileSync(join(this.folder, "host.pub"), "utf8").trim();
  }

  /** A connection for `command`'s resources, with key and checked host key. */
  get connection() {
    return {
      host: "127.0.0.1",
      port: this.port,
      user: userInfo().username,
      privateKey: this.privateKey,
      hostKey: this.hostKey,
      dialErrorLimit: 0,
    };
  }

  /** What the server has logged. */
  log(): string {
    const file = join(this.folder, "log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** How many logins the server has seen. */
  logins(): number {
    return this.log()
      .split("\n")
      .filter((line) => line.includes("Accepted publickey")).length;
  }

  /** Cuts every connection that is open, as a host that loses its power would; the server itself stays. */
  cut(): void {
    const parent = this.child?.pid;
    if (!parent) return;
    for (const pid of childrenOf(parent)) kill(pid, "SIGKILL");
  }

  /** Stops the server and cuts its connections. */
  async down(): Promise<void> {
    const child = this.child;
    if (!child) return;
    this.cut();
    this.child = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
  }

  /** {@link down}, and removes keys and log. */
  async dispose(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("data", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}

/** All processes below one, from the kernel's own tables. */
function childrenOf(parent: number): number[] {
  const file = `/proc/${parent}/task/${parent}/children`;
  const pids = existsSync(file) ? readFileSync(file, "utf8").split(" ").map(Number).filter(Boolean) : [];
  return pids.flatMap((pid) => [pid, ...childrenOf(pid)]);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  if (!pid) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** A failed update of a stack; fails the test when the update does not fail. */
export async function failureOf(run: Promise<StackRun>): Promise<StackFailure> {
  try {
    await run;
  } catch (error) {
    if (error instanceof StackFailure) return error;
    throw error;
  }
  throw new Error("the update should have failed, and did not");
}
