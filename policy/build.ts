/** Builds the policy pack to one file, which Pulumi's engine starts without compiling anything. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Version of the pack, as violations name it. */
export const PACK_VERSION = "0.1.0";

/** Where the built pack lies; the folder that `--policy-pack` takes. */
export function packFolder(repository: string): string {
  return join(repository, "build", "policy");
}

/**
 * Builds the pack.
 *
 * @param repository folder of this repository
 * @param folder where to. Default: {@link packFolder}
 * @returns the folder
 * @throws when a source does not compile, with esbuild's message
 */
export async function buildPack(repository: string, folder = packFolder(repository)): Promise<string> {
  // Loaded here because most runs have nothing to build.
  const { build } = await import("esbuild");
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(repository, "policy", "index.ts")],
    outfile: join(folder, "index.js"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minifySyntax: true,
    legalComments: "none",
    // Only for programs in TypeScript, which this is no longer.
    external: ["typescript", "ts-node"],
    logLevel: "silent",
  });
  copyFileSync(join(repository, "policy", "PulumiPolicy.yaml"), join(folder, "PulumiPolicy.yaml"));
  writeFileSync(
    join(folder, "package.json"),
    `${JSON.stringify({ name: "opentsdb-platform-policy", version: PACK_VERSION, private: true, main: "index.js" })}\n`,
  );
  return folder;
}
