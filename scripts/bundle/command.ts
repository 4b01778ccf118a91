import { spawn } from "node:child_process";

/** A program that the build needs, and where to get it on Debian or Ubuntu. */
const debianPackages: Readonly<Record<string, string>> = {
  mvn: "maven",
  javac: "openjdk-17-jdk-headless",
  jar: "openjdk-17-jdk-headless",
  go: "golang-go",
};

/** Text by which a failed download is told from a failed build. */
const transientFaults =
  /could not transfer|timed? ?out|connection (reset|refused)|unexpected end of|remote host terminated|temporary failure|tls handshake|status(?: code)?:? 5\d\d|\b50[0234]\b .*(error|gateway|unavailable)|unexpected EOF/i;

/** How a command is run. */
export interface CommandOptions {
  /** Working folder. */
  cwd: string;
  /** Variables added to this process's own. */
  env?: Readonly<Record<string, string>>;
  /** How often it is run in all when it fails by a download; default 1. */
  attempts?: number;
  /** Receives a line for each attempt that failed. */
  log?: (line: string) => void;
}

/** Whether what a command printed speaks of a download that may work the next time. */
export function isTransient(output: string): boolean {
  return transientFaults.test(output);
}

/**
 * Runs a program and gives its stdout. An error says which program failed, how, and its last lines;
 * or, where it is not installed, the Debian package that has it.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const attempts = options.attempts ?? 1;
  for (let attempt = 1; ; attempt++) {
    const { code, stdout, output } = await runOnce(program, args, options);
    if (code === 0) {
      return stdout;
    }
    const lastLines = output.trim().split("\n").slice(-12).join("\n");
    if (attempt >= attempts || !isTransient(output)) {
      throw new Error(`${program} ${args.join(" ")} failed with exit code ${code}:\n${lastLines}`);
    }
    options.log?.(`${program} could not download (attempt ${attempt} of ${attempts}): ${lastLines}`);
    await new Promise((resolve) => setTimeout(resolve, attempt * 2_000));
  }
}

interface Outcome {
  code: number;
  stdout: string;
  output: string;
}

function runOnce(program: string, args: readonly string[], options: CommandOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? missing(program) : error),
    );
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 1, stdout, output: signal ? `${output}\nended by ${signal}` : output }),
    );
  });
}

function missing(program: string): Error {
  const debianPackage = debianPackages[program];
  return new Error(
    `The software bundle needs ${program}, which is not installed` +
      (debianPackage ? `; on Debian or Ubuntu: apt-get install ${debianPackage}` : "") +
      ".",
  );
}
