import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { LocalSite } from "../components/sites/local/site";
import { TSD_PORT } from "../components/tsd/config";
import { Environment } from "./composition";
import { localNeeds } from "./needs";
import { readPrepared } from "./prepared";
import { readSettings, Settings } from "./settings";

const REPOSITORY = join(__dirname, "..");

/** What is wrong with the user's input ends the program with its message alone; a stack trace would hide it. */
function input<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}

/** Makes the local site that the settings describe. */
function localSite(settings: Settings): LocalSite {
  const { baseImage, software } = input(() => readPrepared(REPOSITORY));
  return new LocalSite(settings.environment, {
    site: settings.environment,
    subnet: settings.subnet,
    baseImage,
    softwareDirectory: software.directory,
    software: software.components,
    rootDiskMiB: settings.rootDisk,
    rollHosts: settings.rollHosts,
    listeners: [{ name: "tsd", port: TSD_PORT, targetPort: TSD_PORT, healthPath: "/api/version" }],
    require: localNeeds(settings),
  });
}

/**
 * The Pulumi program of every environment: settings are checked before anything is made, then a site, then the
 * composition on it. The stack's name is the environment's.
 */
export async function program(): Promise<Record<string, unknown>> {
  const settings = input(() => readSettings(pulumi.getStack()));
  const site = localSite(settings);
  const ssh = site.network.privateKeyFile.apply((privateKeyFile) => ({ user: "root", privateKeyFile }));
  const environment = new Environment(settings, site, ssh);
  return Promise.resolve(
    Object.fromEntries(
      (["environment", "site", "endpoint", "hosts", "left", "ssh"] as const).map((name) => [
        name,
        environment.outputs.apply((outputs) => outputs[name]),
      ]),
    ),
  );
}
