/** An OpenSSH server on loopback for tests, with keys and settings of its own. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { scratchFolder } from "./engine-fixture";

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
