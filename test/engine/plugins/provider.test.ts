import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Archive, Asset } from "../../../engine/provider/assets";
import {
  decideChange,
  differences,
  ignored,
  inputDifferences,
  topName,
} from "../../../engine/provider/differences";
import { checkInputs } from "../../../engine/provider/inputs";
import { decode, encode, keepSecrets, secretNames } from "../../../engine/provider/properties";
import { type Properties, type ProviderDefinition, Secret, UNKNOWN } from "../../../engine/provider/resource";
import { serve, type Served } from "../../../engine/provider/serve";
import { failureOf, TestStack } from "../engine-fixture";

describe("properties on the wire", () => {
  it("come back as they went", () => {
    const properties = {
      text: "x",
      empty: "",
      list: [1, true, null, { deep: UNKNOWN }],
      secret: new Secret({ inner: ["y"] }),
      asset: new Asset("text", "", "abc"),
      archive: new Archive({ source: "assets", members: { "a/b": new Asset("path", "/x", "1") } }, "2"),
    };
    assert.deepEqual(decode(encode(properties)), properties);
  });

  it("leave out what is undefined", () => {
    assert.deepEqual(decode(encode({ a: undefined, b: { c: undefined } })), { b: {} });
  });

  it("tell which of them hold a secret", () => {
    assert.deepEqual(secretNames({ a: 1, b: new Secret(1), c: { d: [new Secret(1)] } }), ["b", "c"]);
  });

  it("stay secret at the same place, and as a whole where the shape differs", () => {
    assert.deepEqual(keepSecrets({ a: new Secret("x"), b: 1 }, { a: "x", b: 1 }), {
      a: new Secret("x"),
      b: 1,
    });
    assert.deepEqual(keepSecrets([new Secret("x")], ["x", "y"]), new Secret(["x", "y"]));
    assert.deepEqual(keepSecrets({ a: 1 }, { a: 2 }), { a: 2 });
  });
});

describe("differences of inputs", () => {
  it("are told by their paths", () => {
    assert.deepEqual(differences({ b: [1, 2], "x.y": 1 }, { b: [1, 3, 4], c: 1 }, "a"), [
      { path: "a.b[1]", kind: "update" },
      { path: "a.b[2]", kind: "add" },
      { path: 'a["x.y"]', kind: "delete" },
      { path: "a.c", kind: "add" },
    ]);
    assert.equal(topName('["x.y"].z'), "x.y");
    assert.equal(topName("a[0].b"), "a");
  });

  it("go by an asset's content where it is known", () => {
    assert.deepEqual(differences(new Asset("path", "/a", "1"), new Asset("path", "/b", "1"), "p"), []);
    assert.equal(differences(new Asset("path", "/a", "1"), new Asset("path", "/a", "2"), "p").length, 1);
  });

  it("leave out what ignoreChanges names, also by pattern", () => {
    assert.ok(ignored("a.b[0]", ["a.b"]) && ignored("a.b[0]", ["a.b[*]"]) && ignored("x", ["*"]));
    assert.ok(!ignored("a", ["a.b"]) && !ignored("ab", ["a"]));
    assert.deepEqual(inputDifferences({ a: 1, b: 1, __defaults: 1 }, { a: 2, b: 2 }, ["a"]), [
      { path: "b", kind: "update" },
    ]);
  });

  it("replace by replaceOn, and always where there is no update", () => {
    const changed = inputDifferences({ a: 1, b: 1 }, { a: 2, b: 2 }, []);
    const update = () => Promise.resolve({});
    assert.deepEqual(decideChange({ replaceOn: ["a"], update }, changed, undefined, []).replaces, ["a"]);
    assert.deepEqual(decideChange({}, changed, undefined, []).replaces, ["a", "b"]);
  });

  it("take a resource's own diff, with what is not an input marked as such", () => {
    const own = { changed: ["gone"], replaces: ["gone"], deleteBeforeReplace: true };
    const change = decideChange({ update: () => Promise.resolve({}) }, [], own, []);
    assert.deepEqual(change.details, [{ path: "gone", kind: "update", replace: true, input: false }]);
    assert.ok(change.deleteBeforeReplace);
    assert.deepEqual(decideChange({}, [], own, ["gone"]).names, []);
  });
});

describe("checks of inputs", () => {
  it("complete defaults, pass unknowns, and name what is wrong by its path", () => {
    const rules = {
      size: { type: "integer", min: 1, default: 3 },
      inner: { type: "object", properties: { list: { type: "list", members: { type: "string" } } } },
    } as const;
    assert.deepEqual(checkInputs(rules, { inner: UNKNOWN }), {
      inputs: { size: 3, inner: UNKNOWN },
      failures: [],
    });
    const { failures } = checkInputs(rules, { sise: 1, size: 0, inner: { list: ["a", 7] } });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["sise", "size", "inner.list[1]"],
    );
    assert.match(failures[0]?.reason ?? "", /Did you mean size\?/);
  });
});

class Toy extends pulumi.CustomResource {
  declare readonly word: pulumi.Output<string>;
  declare readonly made: pulumi.Output<string>;
  declare readonly token: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs, options?: pulumi.CustomResourceOptions, type = "Toy") {
    super(`toy:index:${type}`, name, { made: undefined, token: undefined, ...args }, options);
  }
}

describe("a served provider", function () {
  this.timeout(120_000);
  let stack: TestStack;
  let served: Served;
  let gone = false;
  const seen: Properties[] = [];
  const toy: ProviderDefinition = {
    name: "toy",
    version: "0.0.1",
    resources: {
      "toy:index:Toy": {
        replaceOn: ["kind"],
        deleteBeforeReplace: true,
        secretOutputs: ["token"],
        check: (news) => Promise.resolve({ inputs: { size: 1, ...news }, failures: [] }),
        create: (inputs, context) => {
          seen.push(inputs);
          context.log("warning", "a word of warning");
          const made = context.preview ? UNKNOWN : "yes";
          return Promise.resolve({
            id: "toy-1",
            outputs: { ...inputs, made, token: context.preview ? UNKNOWN : "t0ken" },
          });
        },
        read: (id, outputs, inputs) => Promise.resolve(gone ? undefined : { id, inputs, outputs }),
        update: (_id, old, _inputs, news) => Promise.resolve({ ...old, ...news }),
        delete: () => Promise.resolve(),
      },
    },
  };

  beforeEach(async () => {
    gone = false;
    seen.length = 0;
    served = await serve(toy);
    stack = await TestStack.create({ PULUMI_DEBUG_PROVIDERS: `toy:${served.port}` });
  });
  afterEach(async () => {
    await served.stop();
    stack.dispose();
  });

  const program = (args: pulumi.Inputs, options?: pulumi.CustomResourceOptions) => () => {
    const made = new Toy("it", args, options);
    return Promise.resolve({ word: made.word, made: made.made, token: made.token });
  };

  it("gets secrets unwrapped, and what comes back of them is secret again", async () => {
    const { outputs, diagnostics } = await stack.up(program({ word: pulumi.secret("hush-word") }));
    assert.deepEqual(seen, [{ size: 1, word: "hush-word" }]);
    assert.deepEqual(outputs["word"], { value: "hush-word", secret: true });
    assert.deepEqual(outputs["token"], { value: "t0ken", secret: true });
    assert.deepEqual(outputs["made"], { value: "yes", secret: false });
    assert.ok(!stack.stateText().includes("hush-word") && !stack.stateText().includes("t0ken"));
    assert.ok(diagnostics.some((line) => line.includes("a word of warning")));
  });

  it("updates, replaces and deletes first as its definition says", async () => {
    await stack.up(program({ word: "a", kind: 1 }));
    assert.deepEqual((await stack.preview(program({ word: "b", kind: 1 }))).steps, ["update it"]);
    assert.deepEqual(
      (await stack.preview(program({ word: "b", kind: 1 }, { ignoreChanges: ["word"] }))).steps,
      [],
    );
    const { steps } = await stack.up(program({ word: "a", kind: 2 }));
    assert.deepEqual(steps, ["delete-replaced it", "replace it", "create-replacement it"]);
  });

  it("says by an empty read that a resource is gone, which is then made again", async () => {
    await stack.up(program({ word: "a" }));
    gone = true;
    await stack.refresh();
    gone = false;
    assert.deepEqual((await stack.up(program({ word: "a" }))).steps, ["create it"]);
  });

  it("names an unknown type and those that there are", async () => {
    const failure = await failureOf(
      stack.up(() => {
        new Toy("other", {}, {}, "Other");
        return Promise.resolve();
      }),
    );
    assert.match(failure.message, /no resource type toy:index:Other in this plugin; it has toy:index:Toy/);
  });
});
