/** SSH key pairs in OpenSSH's own forms. */
import { generateKeyPairSync, randomBytes } from "node:crypto";

/** An ed25519 key pair. */
export interface KeyPair {
  /** One line, `ssh-ed25519 AAAA… comment`. */
  publicKey: string;
  /** PEM text of an unencrypted OpenSSH key. */
  privateKey: string;
}

const TYPE = "ssh-ed25519";

/** Makes an ed25519 key pair. */
export function makeKeyPair(comment = ""): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const open = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const seed = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
  const blob = Buffer.concat([field(TYPE), field(open)]);
  return {
    publicKey: [TYPE, blob.toString("base64"), comment].filter(Boolean).join(" "),
    privateKey: openSshForm(blob, Buffer.concat([blob, field(Buffer.concat([seed, open])), field(comment)])),
  };
}

/** OpenSSH's PROTOCOL.key: header, no cipher, one key; the private part is padded to the cipher's block of 8. */
function openSshForm(publicBlob: Buffer, privatePart: Buffer): string {
  const check = randomBytes(4);
  const unpadded = Buffer.concat([check, check, privatePart]);
  const padding = Buffer.from(Array.from({ length: (8 - (unpadded.length % 8)) % 8 }, (_, i) => i + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(field),
    one,
    field(publicBlob),
    field(Buffer.concat([unpadded, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
    "\n",
  );
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
