import assert from "node:assert/strict";

import { DEFAULT_SETTINGS, PlacedResource, Rule } from "../../policy/rule";
import { RULES, WITHOUT_RULE } from "../../policy/rules";
import { COMPUTE_CASES } from "./cases/compute";
import { DATA_CASES } from "./cases/data";
import { NETWORK_CASES } from "./cases/network";
import { PLATFORM_CASES } from "./cases/platform";
import { Cases } from "./cases/resource";

const CASES: Cases = { ...NETWORK_CASES, ...COMPUTE_CASES, ...DATA_CASES, ...PLATFORM_CASES };

/** What a rule finds in a resource, or in several together. */
function faults(rule: Rule, subject: PlacedResource | readonly PlacedResource[]): string[] {
  const resources = "type" in subject ? [subject] : subject;
  if ("checkAll" in rule) {
    return rule.checkAll(resources, DEFAULT_SETTINGS).map(({ fault }) => fault);
  }
  return resources.flatMap((resource) => {
    assert.ok(rule.types.includes(resource.type), `${rule.name} is not about ${resource.type}`);
    return [...rule.check(resource, DEFAULT_SETTINGS)];
  });
}

describe("policy rules", () => {
  for (const rule of RULES) {
    const { passes = [], fails = [] } = CASES[rule.name] ?? {};

    it(`${rule.name} passes what is right and finds what is wrong`, () => {
      assert.ok(passes.length > 0 && fails.length > 0, `${rule.name} has no cases`);
      for (const right of passes) {
        assert.deepEqual(faults(rule, right), [], JSON.stringify(right));
      }
      for (const [wrong, text] of fails) {
        assert.match(faults(rule, wrong).join("\n"), text, JSON.stringify(wrong));
      }
    });
  }

  it("have names of their own, sentences for reason and remedy, and no case without a rule", () => {
    const names = RULES.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of Object.keys(CASES)) {
      assert.ok(names.includes(name), `there is no rule ${name}`);
    }
    for (const { name, reason, remedy, control } of RULES) {
      assert.match(reason, /^[A-Z].*\.$/, name);
      assert.match(remedy, /^[A-Z].*\.$/, name);
      assert.match(control, /^(platform|[A-Za-z0-9]+\.\d+(, (CIS )?[A-Za-z0-9.]+)*)$/, name);
    }
  });

  it("stand for every control that the platform takes on, or say why there is none", () => {
    const controls = new Set(RULES.flatMap(({ control }) => control.split(", ")));
    const wanted = [
      ...["EC2.2", "EC2.3", "EC2.6", "EC2.7", "EC2.8", "EC2.9", "EC2.13", "EC2.14", "EC2.15", "EC2.16"],
      ...[
        "EC2.17",
        "EC2.18",
        "EC2.19",
        "EC2.21",
        "EC2.25",
        "EC2.170",
        "EC2.171",
        "EC2.172",
        "EC2.180",
        "EC2.181",
      ],
      ...["AutoScaling.1", "AutoScaling.2", "AutoScaling.6", "AutoScaling.9"],
      ...["ELB.6", "ELB.13", "ELB.17", "ELB.18", "S3.1", "S3.2", "S3.3", "S3.5", "S3.8", "S3.9", "S3.12"],
      ...["S3.13", "ElastiCache.7", "KMS.4", "IAM.1", "IAM.21", "SSM.1", "SNS.1"],
    ];
    assert.deepEqual(
      wanted.filter((control) => !controls.has(control) && !(control in WITHOUT_RULE)),
      [],
    );
  });
});
