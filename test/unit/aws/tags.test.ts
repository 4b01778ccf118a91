import assert from "node:assert/strict";

import { REQUIRED_TAGS, tagsOf } from "../../../components/sites/aws/tags";

describe("tags", () => {
  it("have the required keys, the name, the kind and the owner's own", () => {
    const tags = tagsOf({ environment: "prod", tags: { CostCenter: "42" } }, "data-1", "data");
    for (const key of REQUIRED_TAGS) {
      assert.ok(tags[key], key);
    }
    assert.deepEqual(
      [tags["Name"], tags["Kind"], tags["CostCenter"], tags["Environment"]],
      ["data-1", "data", "42", "prod"],
    );
    assert.ok(!("Kind" in tagsOf({ environment: "prod" }, "vpc")));
  });

  it("refuse the owner's tags that would replace the platform's, or that AWS does not take", () => {
    assert.throws(() => tagsOf({ environment: "e", tags: { Kind: "x" } }, "n"), /sets "Kind", which the/);
    assert.throws(() => tagsOf({ environment: "e", tags: { "aws:x": "x" } }, "n"), /begin with "aws:"/);
    assert.throws(() => tagsOf({ environment: "e", tags: { k: "v".repeat(257) } }, "n"), /at most 256/);
  });
});
