/** The tags of an environment's resources, from one naming context. Pure. */

/** Keys that the platform sets; policies and snapshots find resources by them. */
export const TAG = {
  /** Name of the resource inside its environment. */
  name: "Name",
  /** The project, `opentsdb`. */
  project: "Project",
  /** The environment, e.g. `prod`. */
  environment: "Environment",
  /** What keeps the resource: `pulumi`. */
  managedBy: "ManagedBy",
  /** Kind of a host or of what belongs to it, e.g. `master`, `data`. */
  kind: "Kind",
  /** `yes` on a listener whose TLS the settings give up explicitly. */
  plaintextAccepted: "PlaintextAccepted",
} as const;

/** Keys that every resource bears which can. */
export const REQUIRED_TAGS = [TAG.project, TAG.environment, TAG.managedBy] as const;

/** From what every name and tag of an environment comes. */
export interface NamingContext {
  environment: string;
  /** Default: `opentsdb`. */
  project?: string;
  /** The owner's tags. They cannot replace the platform's. */
  tags?: Readonly<Record<string, string>>;
}

/** AWS's limits of a tag. */
const LONGEST = { key: 128, value: 256 } as const;

/**
 * Tags of one resource.
 *
 * @throws when a tag of the owner has the key of one of the platform's, or is none that AWS takes
 */
export function tagsOf(context: NamingContext, name: string, kind?: string): Record<string, string> {
  const own = {
    [TAG.name]: name,
    [TAG.project]: context.project ?? "opentsdb",
    [TAG.environment]: context.environment,
    [TAG.managedBy]: "pulumi",
    ...(kind === undefined ? {} : { [TAG.kind]: kind }),
  };
  for (const [key, value] of Object.entries(context.tags ?? {})) {
    if ((Object.values(TAG) as string[]).includes(key)) {
      throw new Error(`tags sets "${key}", which the platform sets itself; choose another key`);
    }
    if (
      key.startsWith("aws:") ||
      key.length < 1 ||
      key.length > LONGEST.key ||
      value.length > LONGEST.value
    ) {
      throw new Error(
        `tags sets "${key}" to "${value}"; keys have 1 to ${LONGEST.key} characters and do not begin with "aws:", values at most ${LONGEST.value}`,
      );
    }
  }
  return { ...context.tags, ...own };
}
