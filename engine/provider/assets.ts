/** A file, a text or a remote document among properties, as Pulumi's assets are. */
export class Asset {
  constructor(
    /** Where the content is: in `value` itself, at the local path `value`, or behind the URL `value`. */
    readonly source: "text" | "path" | "uri",
    readonly value: string,
    /** SHA-256 of the content in hex, as the engine computed it; empty when not computed. */
    readonly hash = "",
  ) {}
}

/** A folder, an archive file or a named set of assets among properties, as Pulumi's archives are. */
export class Archive {
  constructor(
    /** A map of names to members, a local path (folder or archive file), or a URL. */
    readonly content:
      | { source: "assets"; members: Record<string, Asset | Archive> }
      | { source: "path" | "uri"; value: string },
    /** SHA-256 of the content in hex, as the engine computed it; empty when not computed. */
    readonly hash = "",
  ) {}
}

/** A resource that was passed as a property: its URN, and its id where it has one. */
export class ResourceReference {
  constructor(
    readonly urn: string,
    readonly id: unknown,
    readonly packageVersion: string,
  ) {}
}
