/**
 * bcrypt (Provos and Mazières, 1999), since Node has none: the `bcryptHash` of a random password. Blowfish's tables
 * are the hexadecimal digits of pi, so they are computed rather than listed.
 */

const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ROUNDS = 16;
/** Words of the P array and of the four S boxes. */
const P_WORDS = ROUNDS + 2;
const S_WORDS = 4 * 256;
/** bcrypt uses at most this many bytes of a password, its closing zero included. */
const MAX_BYTES = 72;

/** arctan(1/x) times 2^bits. */
function arctanInverse(x: bigint, bits: bigint): bigint {
  let power = (1n << bits) / x;
  let sum = power;
  for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
    power /= x * x;
    sum += (sign * power) / n;
  }
  return sum;
}

let digits: Uint32Array | undefined;

/** The first words of pi's fraction, 32 bits each (Machin's formula with bits to spare). */
function fractionOfPi(): Uint32Array {
  if (digits) return digits;
  const words = P_WORDS + S_WORDS;
  const wanted = BigInt(words * 32);
  const spare = 64n;
  const pi = 4n * (4n * arctanInverse(5n, wanted + spare) - arctanInverse(239n, wanted + spare));
  const fraction = (pi >> spare) & ((1n << wanted) - 1n);
  const hex = fraction.toString(16).padStart(words * 8, "0");
  digits = Uint32Array.from({ length: words }, (_, index) =>
    parseInt(hex.slice(index * 8, index * 8 + 8), 16),
  );
  return digits;
}

class Blowfish {
  private readonly p = fractionOfPi().slice(0, P_WORDS);
  private readonly s = fractionOfPi().slice(P_WORDS);
  private left = 0;
  private right = 0;

  private encipher(): void {
    const { p, s } = this;
    let left = this.left;
    let right = this.right;
    for (let round = 0; round < ROUNDS; round += 2) {
      left ^= p[round] as number;
      right ^=
        ((((s[left >>> 24] as number) + (s[256 + ((left >>> 16) & 255)] as number)) ^
          (s[512 + ((left >>> 8) & 255)] as number)) +
          (s[768 + (left & 255)] as number)) |
        0;
      right ^= p[round + 1] as number;
      left ^=
        ((((s[right >>> 24] as number) + (s[256 + ((right >>> 16) & 255)] as number)) ^
          (s[512 + ((right >>> 8) & 255)] as number)) +
          (s[768 + (right & 255)] as number)) |
        0;
    }
    this.left = right ^ (p[ROUNDS + 1] as number);
    this.right = left ^ (p[ROUNDS] as number);
  }

  /** Mixes a key into the tables, with a salt or without one. */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    const { p, s } = this;
    const keyWords = words(key);
    const saltWords = salt && words(salt);
    for (let i = 0; i < p.length; i++) p[i] = (p[i] as number) ^ keyWords();
    this.left = this.right = 0;
    for (const table of [p, s])
      for (let i = 0; i < table.length; i += 2) {
        if (saltWords) {
          this.left ^= saltWords();
          this.right ^= saltWords();
        }
        this.encipher();
        table[i] = this.left;
        table[i + 1] = this.right;
      }
  }

  /** Enciphers two words, so many times over. */
  encrypt(left: number, right: number, times: number): [number, number] {
    this.left = left;
    this.right = right;
    for (let i = 0; i < times; i++) this.encipher();
    return [this.left, this.right];
  }
}

/** Reads 32-bit words from bytes, over and over. */
function words(bytes: Uint8Array): () => number {
  let at = 0;
  return () => {
    let word = 0;
    for (let i = 0; i < 4; i++, at = (at + 1) % bytes.length) word = (word << 8) | (bytes[at] as number);
    return word;
  };
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.subarray(i, i + 3);
    const indexes = [a >> 2, ((a & 3) << 4) | ((b ?? 0) >> 4)];
    if (b !== undefined) indexes.push(((b & 15) << 2) | ((c ?? 0) >> 6));
    if (c !== undefined) indexes.push(c & 63);
    text += indexes.map((index) => ALPHABET[index]).join("");
  }
  return text;
}

/** Hashes a password: `$2a$COST$SALT+HASH`. `salt` has 16 bytes; `cost` is the logarithm of the rounds, 4 to 31. */
export function bcrypt(password: string, salt: Uint8Array, cost = 10): string {
  if (salt.length !== 16) throw new RangeError(`bcrypt takes a salt of 16 bytes, not of ${salt.length}`);
  if (!Number.isInteger(cost) || cost < 4 || cost > 31)
    throw new RangeError(`bcrypt takes a cost from 4 to 31, not ${cost}`);
  const key = Buffer.from(`${password}\0`, "utf8").subarray(0, MAX_BYTES);
  const cipher = new Blowfish();
  cipher.expand(key, salt);
  for (let round = 0; round < 2 ** cost; round++) {
    cipher.expand(key);
    cipher.expand(salt);
  }
  const text = Buffer.from("OrpheanBeholderScryDoubt");
  const hash = Buffer.alloc(text.length);
  for (let i = 0; i < text.length; i += 8) {
    const [left, right] = cipher.encrypt(text.readInt32BE(i), text.readInt32BE(i + 4), 64);
    hash.writeInt32BE(left, i);
    hash.writeInt32BE(right, i + 4);
  }
  // The original dropped the last byte, and everyone has done so since.
  return `$2a$${String(cost).padStart(2, "0")}$${base64(salt)}${base64(hash.subarray(0, 23))}`;
}
