/** Host keys in authorized_keys format, and what is said when a server shows another one. */
import { createHash } from "node:crypto";
import type { ServerHostKeyAlgorithm } from "ssh2";

/** A host key as the wire carries it. */
export interface HostKey {
  type: string;
  blob: Buffer;
}

/** Signature algorithms by key type, the strongest first. */
const ALGORITHMS: Record<string, readonly ServerHostKeyAlgorithm[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
};

/** Reads `type base64 [comment]`, with options before it allowed; throws what is wrong with it. */
export function parseHostKey(line: string): HostKey {
  const words = line.trim().split(/\s+/);
  const at = words.findIndex((word) => Object.hasOwn(ALGORITHMS, word));
  const type = words[at];
  const encoded = words[at + 1];
  if (at < 0 || type === undefined || encoded === undefined)
    throw new Error(
      `connection.hostKey is not a host key: expected "TYPE BASE64 [COMMENT]" with one of the types ${Object.keys(ALGORITHMS).join(", ")}`,
    );
  const blob = Buffer.from(encoded, "base64");
  if (blob.length < 8 || keyType(blob) !== type)
    throw new Error(`connection.hostKey is not a host key: its base64 part is not a key of type ${type}`);
  return { type, blob };
}

/** The key type that a key's wire form names. */
export function keyType(blob: Buffer): string {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  return blob.subarray(4, 4 + length).toString("latin1");
}

/** The fingerprint as `ssh-keygen -l` shows it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/**
 * The algorithms to offer. The expected type comes first, so that a server that has it shows it; the others stay on
 * offer, so that a server without it is refused for its key and not for a failed negotiation.
 */
export function algorithmsFor(type: string): ServerHostKeyAlgorithm[] {
  return [...(ALGORITHMS[type] ?? []), ...Object.values(ALGORITHMS).flat()].filter(
    (algorithm, index, all) => all.indexOf(algorithm) === index,
  );
}
