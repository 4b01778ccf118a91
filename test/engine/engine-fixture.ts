/** A real engine for tests: the CLI, this repository's plugins, and throw-away stacks. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
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
