/** The stand-in for the plugin of @pulumi/random: types, inputs, outputs and replacement rules as published. */
import { checkInputs, type InputRule, type InputRules } from "../../provider/inputs";
import {
  type CheckFailure,
  type Properties,
  type ProviderDefinition,
  type ResourceDefinition,
  UNKNOWN,
} from "../../provider/resource";
import { bcrypt } from "./bcrypt";
import {
  numberBelow,
  randomString,
  secureBytes,
  seededBytes,
  shuffled,
  type StringSettings,
  uuid,
} from "./characters";
import { ADJECTIVES, ADVERBS, ANIMALS } from "./pet-words";

const KEEPERS: InputRules = { keepers: { type: "map", members: { type: "string" } } };
const FLAG: InputRule = { type: "boolean" };
const COUNT: InputRule = { type: "integer", min: 0 };

interface Recipe {
  inputs: InputRules;
  /** Names of the outputs that making it adds. */
  results: readonly string[];
  secrets?: readonly string[];
  verify?(inputs: Properties): CheckFailure[];
  make(inputs: Properties): { id: string; outputs: Properties };
}

/** Every input of a random resource replaces it: a value once drawn is never drawn again in place. */
function randomResource(recipe: Recipe): ResourceDefinition {
  return {
    ...(recipe.secrets && { secretOutputs: recipe.secrets }),
    check: (news) => {
      const { inputs, failures } = checkInputs({ ...KEEPERS, ...recipe.inputs }, news);
      const more = failures.length === 0 ? (recipe.verify?.(inputs) ?? []) : [];
      return Promise.resolve({ inputs, failures: [...failures, ...more] });
    },
    create: (inputs, { preview }) => {
      if (!preview) {
        const { id, outputs } = recipe.make(inputs);
        return Promise.resolve({ id, outputs: { ...inputs, ...outputs } });
      }
      const unknown = Object.fromEntries(recipe.results.map((name) => [name, UNKNOWN]));
      return Promise.resolve({ id: "", outputs: { ...inputs, ...unknown } });
    },
    delete: () => Promise.resolve(),
  };
}

const known = (inputs: Properties, name: string): number | undefined =>
  typeof inputs[name] === "number" ? inputs[name] : undefined;

const randomId: Recipe = {
  inputs: { byteLength: { type: "integer", required: true, min: 1 }, prefix: { type: "string" } },
  results: ["b64Std", "b64Url", "hex", "dec"],
  make: (inputs) => {
    const bytes = secureBytes(inputs["byteLength"] as number);
    const prefix = (inputs["prefix"] as string | undefined) ?? "";
    const id = bytes.toString("base64url");
    const outputs = {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + id,
      hex: prefix + bytes.toString("hex"),
      dec: `${prefix}${BigInt(`0x${bytes.toString("hex")}`)}`,
    };
    return { id, outputs };
  },
};

const randomBytes: Recipe = {
  inputs: { length: { type: "integer", required: true, min: 1 } },
  results: ["base64", "hex"],
  secrets: ["base64", "hex"],
  make: (inputs) => {
    const bytes = secureBytes(inputs["length"] as number);
    return { id: "none", outputs: { base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
  },
};

const randomInteger: Recipe = {
  inputs: {
    min: { type: "integer", required: true },
    max: { type: "integer", required: true },
    seed: { type: "string" },
  },
  results: ["result"],
  verify: (inputs) => {
    const [min, max] = [known(inputs, "min"), known(inputs, "max")];
    return min !== undefined && max !== undefined && min > max
      ? [{ property: "max", reason: `is ${max}; it takes a whole number of at least min, ${min}` }]
      : [];
  },
  make: (inputs) => {
    const [min, max] = [inputs["min"] as number, inputs["max"] as number];
    const seed = inputs["seed"] as string | undefined;
    const result = min + numberBelow(max - min + 1, seed ? seededBytes(seed) : secureBytes);
    return { id: String(result), outputs: { result } };
  },
};

const STRING: InputRules = {
  length: { type: "integer", required: true, min: 1 },
  lower: FLAG,
  upper: FLAG,
  number: FLAG,
  numeric: FLAG,
  special: FLAG,
  minLower: COUNT,
  minUpper: COUNT,
  minNumeric: COUNT,
  minSpecial: COUNT,
  overrideSpecial: { type: "string" },
};

function stringSettings(inputs: Properties): StringSettings & { number: boolean } {
  const flag = (name: string): boolean => inputs[name] !== false;
  // `number` is the deprecated name of `numeric`.
  const numeric = flag("numeric") && flag("number");
  return {
    length: inputs["length"] as number,
    lower: flag("lower"),
    upper: flag("upper"),
    numeric,
    number: numeric,
    special: flag("special"),
    minLower: known(inputs, "minLower") ?? 0,
    minUpper: known(inputs, "minUpper") ?? 0,
    minNumeric: known(inputs, "minNumeric") ?? 0,
    minSpecial: known(inputs, "minSpecial") ?? 0,
    overrideSpecial: typeof inputs["overrideSpecial"] === "string" ? inputs["overrideSpecial"] : "",
  };
}

function verifyString(inputs: Properties): CheckFailure[] {
  if (Object.values(inputs).includes(UNKNOWN)) return [];
  const settings = stringSettings(inputs);
  const least = settings.minLower + settings.minUpper + settings.minNumeric + settings.minSpecial;
  const failures: CheckFailure[] = [];
  if (settings.length < least)
    failures.push({
      property: "length",
      reason: `is ${settings.length}; it takes at least minLower + minUpper + minNumeric + minSpecial, ${least}`,
    });
  if (!(settings.lower || settings.upper || settings.numeric || settings.special))
    failures.push({ property: "lower", reason: "one of lower, upper, numeric and special must be true" });
  if (
    inputs["number"] !== undefined &&
    inputs["numeric"] !== undefined &&
    inputs["number"] !== inputs["numeric"]
  )
    failures.push({ property: "number", reason: "says otherwise than numeric, whose deprecated name it is" });
  return failures;
}

function stringOutputs(inputs: Properties): { outputs: Properties; result: string } {
  const settings = stringSettings(inputs);
  const result = randomString(settings, secureBytes);
  const { overrideSpecial, ...outputs } = settings;
  return { outputs: { ...outputs, ...(overrideSpecial && { overrideSpecial }), result }, result };
}

const string: Recipe = {
  inputs: STRING,
  results: ["result"],
  verify: verifyString,
  make: (inputs) => {
    const { outputs, result } = stringOutputs(inputs);
    return { id: result, outputs };
  },
};

const password: Recipe = {
  inputs: STRING,
  results: ["result", "bcryptHash"],
  secrets: ["result", "bcryptHash"],
  verify: verifyString,
  make: (inputs) => {
    const { outputs, result } = stringOutputs(inputs);
    return { id: "none", outputs: { ...outputs, bcryptHash: bcrypt(result, secureBytes(16)) } };
  },
};

const pet: Recipe = {
  inputs: {
    length: { type: "integer", min: 1, default: 2 },
    prefix: { type: "string" },
    separator: { type: "string", default: "-" },
  },
  results: [],
  make: (inputs) => {
    const length = inputs["length"] as number;
    const separator = inputs["separator"] as string;
    const pick = (list: readonly string[]): string => list[numberBelow(list.length, secureBytes)] ?? "";
    const words = [
      ...Array.from({ length: Math.max(0, length - 2) }, () => pick(ADVERBS)),
      ...(length > 1 ? [pick(ADJECTIVES)] : []),
      pick(ANIMALS),
    ];
    const prefix = inputs["prefix"] as string | undefined;
    return { id: [...(prefix ? [prefix] : []), ...words].join(separator), outputs: {} };
  },
};

const shuffle: Recipe = {
  inputs: {
    inputs: { type: "list", required: true, members: { type: "string" } },
    resultCount: COUNT,
    seed: { type: "string" },
  },
  results: ["results"],
  make: (inputs) => {
    const items = inputs["inputs"] as string[];
    const seed = inputs["seed"] as string | undefined;
    const bytes = seed ? seededBytes(seed) : secureBytes;
    const count = items.length === 0 ? 0 : (known(inputs, "resultCount") ?? items.length);
    const results: string[] = [];
    while (results.length < count) results.push(...shuffled(items, bytes).slice(0, count - results.length));
    return { id: "-", outputs: { results } };
  },
};

const uuidRecipe = (version: 4 | 7): Recipe => ({
  inputs: {},
  results: ["result"],
  make: () => {
    const result = uuid(version, secureBytes);
    return { id: result, outputs: { result } };
  },
});

/** The plugin. */
export const random: ProviderDefinition = {
  name: "random",
  version: "4.21.2",
  resources: {
    "random:index/randomId:RandomId": randomResource(randomId),
    "random:index/randomBytes:RandomBytes": randomResource(randomBytes),
    "random:index/randomInteger:RandomInteger": randomResource(randomInteger),
    "random:index/randomPassword:RandomPassword": randomResource(password),
    "random:index/randomPet:RandomPet": randomResource(pet),
    "random:index/randomShuffle:RandomShuffle": randomResource(shuffle),
    "random:index/randomString:RandomString": randomResource(string),
    "random:index/randomUuid:RandomUuid": randomResource(uuidRecipe(4)),
    "random:index/randomUuid4:RandomUuid4": randomResource(uuidRecipe(4)),
    "random:index/randomUuid7:RandomUuid7": randomResource(uuidRecipe(7)),
  },
};
