import assert from "node:assert/strict";
import * as random from "@pulumi/random";
import fc from "fast-check";
import { bcrypt } from "../../../engine/plugins/random/bcrypt";
import {
  numberBelow,
  randomString,
  secureBytes,
  seededBytes,
  shuffled,
  uuid,
} from "../../../engine/plugins/random/characters";
import { failureOf, TestStack } from "../engine-fixture";

describe("resources of the random plugin", function () {
  this.timeout(120_000);
  let stack: TestStack;
  beforeEach(async () => {
    stack = await TestStack.create();
  });
  afterEach(() => stack.dispose());

  it("make every type in the form that the published plugin gives it", async () => {
    const { outputs } = await stack.up(() => {
      const id = new random.RandomId("id", { byteLength: 4, prefix: "p-" });
      const password = new random.RandomPassword("password", { length: 20, minUpper: 3, special: false });
      const shuffle = new random.RandomShuffle("shuffle", { inputs: ["a", "b", "c"], resultCount: 5 });
      return Promise.resolve({
        hex: id.hex,
        dec: id.dec,
        id: id.id,
        b64Url: id.b64Url,
        bytes: new random.RandomBytes("bytes", { length: 8 }).hex,
        integer: new random.RandomInteger("integer", { min: 5, max: 7 }).result,
        password: password.result,
        bcryptHash: password.bcryptHash,
        upper: password.upper,
        pet: new random.RandomPet("pet", { length: 3, prefix: "my" }).id,
        results: shuffle.results,
        string: new random.RandomString("string", {
          length: 5,
          overrideSpecial: "#",
          lower: false,
          upper: false,
          numeric: false,
        }).result,
        uuid: new random.RandomUuid("uuid").result,
        uuid4: new random.RandomUuid4("uuid4").result,
        uuid7: new random.RandomUuid7("uuid7").result,
      });
    });
    const text = (name: string): string => String(outputs[name]?.value);
    assert.match(text("hex"), /^p-[0-9a-f]{8}$/);
    assert.equal(text("dec"), `p-${parseInt(text("hex").slice(2), 16)}`);
    assert.equal(`p-${text("id")}`, text("b64Url"));
    assert.match(text("integer"), /^[567]$/);
    assert.match(text("password"), /^(?=(?:.*[A-Z]){3})[A-Za-z0-9]{20}$/);
    assert.match(text("bcryptHash"), /^\$2a\$10\$.{53}$/);
    assert.equal(outputs["upper"]?.value, true);
    assert.match(text("pet"), /^my-[a-z]+-[a-z]+-[a-z]+$/);
    const results = outputs["results"]?.value as string[];
    assert.equal(results.length, 5);
    assert.deepEqual([...results.slice(0, 3)].sort(), ["a", "b", "c"]);
    assert.equal(text("string"), "#####");
    assert.match(text("uuid"), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.match(text("uuid4"), /^.{14}4/);
    assert.match(text("uuid7"), /^.{14}7/);
    for (const name of ["password", "bcryptHash", "bytes"])
      assert.ok(outputs[name]?.secret, `${name} is secret`);
    for (const name of ["hex", "uuid", "integer"]) assert.ok(!outputs[name]?.secret, `${name} is not secret`);
    assert.ok(!stack.stateText().includes(text("password")));
  });

  it("keep their value until a keeper or another input changes, which replaces them", async () => {
    const program =
      (keeper: string, length = 8) =>
      async () => {
        const made = new random.RandomString("string", { length, keepers: { keeper } });
        return Promise.resolve({ result: made.result });
      };
    const first = await stack.up(program("one"));
    const second = await stack.up(program("one"));
    assert.deepEqual(second.steps, []);
    assert.equal(second.outputs["result"]?.value, first.outputs["result"]?.value);
    const third = await stack.up(program("two"));
    assert.ok(third.steps.includes("replace string"), third.steps.join(", "));
    assert.notEqual(third.outputs["result"]?.value, first.outputs["result"]?.value);
    assert.ok((await stack.preview(program("two", 9))).steps.includes("replace string"));
    assert.deepEqual(
      (await stack.refresh()).steps.filter((step) => !step.startsWith("refresh")),
      [],
    );
  });

  it("refuse inputs that cannot be met, naming the property", async () => {
    // The engine stops at the first refusal, so each gets a program of its own.
    const refusal = async (make: () => unknown): Promise<string> =>
      (await failureOf(stack.preview(() => Promise.resolve(void make())))).message;
    assert.match(
      await refusal(() => new random.RandomPassword("made", { length: 3, minUpper: 2, minLower: 2 })),
      /property length [^]*is 3; it takes at least/,
    );
    assert.match(
      await refusal(() => new random.RandomInteger("made", { min: 5, max: 4 })),
      /property max [^]*is 4; it takes a whole number of at least min, 5/,
    );
    assert.match(
      await refusal(() => new random.RandomId("made", { byteLength: 0 })),
      /property byteLength [^]*is 0; it takes a whole number of at least 1/,
    );
  });
});

describe("random values", () => {
  it("lie below their bound, and reach all of it", () => {
    const seen = new Set(Array.from({ length: 400 }, () => numberBelow(5, secureBytes)));
    assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4]);
  });

  it("repeat with a seed, and shuffle without loss", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
        const once = shuffled(items, seededBytes(seed));
        assert.deepEqual(once, shuffled(items, seededBytes(seed)));
        assert.deepEqual([...once].sort(), [...items].sort());
      }),
    );
  });

  it("make strings of the asked length that hold the asked minimum of each class", () => {
    const count = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(count, count, count, count, (minLower, minUpper, minNumeric, minSpecial) => {
        const length = 20;
        const made = randomString(
          {
            length,
            minLower,
            minUpper,
            minNumeric,
            minSpecial,
            lower: true,
            upper: true,
            numeric: true,
            special: true,
            overrideSpecial: "",
          },
          secureBytes,
        );
        assert.equal(made.length, length);
        assert.ok((made.match(/[a-z]/g) ?? []).length >= minLower);
        assert.ok((made.match(/[A-Z]/g) ?? []).length >= minUpper);
        assert.ok((made.match(/\d/g) ?? []).length >= minNumeric);
        assert.ok((made.match(/[^a-zA-Z\d]/g) ?? []).length >= minSpecial);
      }),
    );
  });

  it("carry the time in a UUID of version 7", () => {
    assert.ok(uuid(7, secureBytes, 0x0197ad85fe6e).startsWith("0197ad85-fe6e-7"));
  });

  it("hash passwords as bcrypt's published test vectors say", () => {
    const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const salt = (text: string): Uint8Array => {
      const bits = [...text].map((c) => alphabet.indexOf(c).toString(2).padStart(6, "0")).join("");
      return Uint8Array.from({ length: 16 }, (_, i) => parseInt(bits.slice(i * 8, i * 8 + 8), 2));
    };
    for (const [password, hash] of [
      ["a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"],
      ["abcdefghijklmnopqrstuvwxyz", "$2a$08$aTsUwsyowQuzRrDqFflhgekJ8d9/7Z3GV3UcgvzQW3J5zMyrTvlz."],
    ] as const)
      assert.equal(bcrypt(password, salt(hash.slice(7, 29)), Number(hash.slice(4, 6))), hash);
  });
});
