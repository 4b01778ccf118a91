/** Processor architecture, by Debian's name. */
export type Architecture = "amd64" | "arm64";

/** The parts of the bundle; each is a folder of its own, so that a host carries only what it runs. */
export const componentNames = ["hbase", "tsd", "tools", "telegraf"] as const;

/** Name of one part of the bundle. */
export type ComponentName = (typeof componentNames)[number];

/** One built part. */
export interface Component {
  /** Version of the software in it, as its publisher writes it. */
  version: string;
  /** First 12 hex digits of the SHA-256 of its SHA256SUMS file. */
  hash: string;
  /** Folder name inside the software folder: `<component>-<hash>`. */
  directory: string;
  /** Size of all its files together, in bytes, without SHA256SUMS. */
  sizeBytes: number;
  /** Number of its files, without SHA256SUMS. */
  files: number;
}

/** What a build made. */
export interface BundleManifest {
  /** Version of this structure. */
  formatVersion: 1;
  /** What the binaries run on; jars are the same everywhere. */
  architecture: Architecture;
  /** The parts by name. */
  components: Record<ComponentName, Component>;
}

/** The architecture of the machine that runs this; an error names one that the bundle is not built for. */
export function machineArchitecture(nodeArchitecture: string = process.arch): Architecture {
  switch (nodeArchitecture) {
    case "x64":
      return "amd64";
    case "arm64":
      return "arm64";
    default:
      throw new Error(
        `The bundle is built for amd64 and arm64, not for this machine's ${nodeArchitecture}; name one with --architecture.`,
      );
  }
}
