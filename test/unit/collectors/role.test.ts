import assert from "node:assert/strict";

import { CollectorConfig, renderCollectorConfig } from "../../../components/collectors/config";
import { HOST_METRICS, hostMetricNames } from "../../../components/collectors/metrics";
import { collectorRole } from "../../../components/collectors/role";
import { assertSnapshot } from "../snapshot";

const software = {
  name: "telegraf",
  version: "1.37.0",
  hash: "0123456789ab",
  path: "/opt/opentsdb-platform/software/telegraf-0123456789ab",
};

const config: CollectorConfig = {
  environment: "local",
  endpoint: "http://10.77.0.1:4242",
  roles: ["datanode", "regionserver"],
  zone: "zone-1",
  units: ["hdfs-datanode.service"],
};

describe("collector role", () => {
  for (const file of collectorRole({ ...config, software }).files) {
    const name = file.path.split("/").at(-1) ?? "";
    it(`renders ${name} as its snapshot says`, () => assertSnapshot(__dirname, name, file.content));
  }

  it("is one document for all members of a fleet: no zone, and the host's name is found on the host", () => {
    const text = renderCollectorConfig({ ...config, zone: undefined });
    assert.doesNotMatch(text, /^zone = /m);
    assert.doesNotMatch(text, /^host(name)? = /m);
  });

  it("joins the roles of a host to one tag value that OpenTSDB takes", () => {
    assert.match(renderCollectorConfig(config), /^roles = "datanode\.regionserver"$/m);
  });

  it("asks for an acknowledgement, and gives up a body only for what is wrong in it", () => {
    const text = renderCollectorConfig(config);
    assert.match(text, /^url = "http:\/\/10\.77\.0\.1:4242\/api\/put\?sync"$/m);
    assert.match(text, /^non_retryable_statuscodes = \[400, 413\]$/m);
  });

  it("has no headers: Telegraf would lock memory for them, which a local host refuses", () => {
    assert.doesNotMatch(renderCollectorConfig(config), /headers\]/);
  });

  it("doubles every dollar sign of the template, which Telegraf would take for a variable", () => {
    const template = renderCollectorConfig(config).split("'''")[1] ?? "";
    assert.match(template, /\$\$separator/);
    assert.doesNotMatch(template.replaceAll("$$", ""), /\$/);
  });

  it("sends only fields that are listed, under names that can be told beforehand", () => {
    const text = renderCollectorConfig(config);
    for (const { input, fields } of HOST_METRICS) {
      assert.match(text, new RegExp(`\\[\\[inputs\\.${input}\\]\\]`));
      assert.ok(text.includes(`fieldinclude = [${fields.map((field) => `"${field}"`).join(", ")}]`), input);
    }
    assert.equal(new Set(hostMetricNames()).size, hostMetricNames().length);
    assert.ok(hostMetricNames().every((name) => /^host\.[a-z_]+\.[a-z0-9_]+$/.test(name)));
  });

  const wrong: [string, Partial<CollectorConfig>, RegExp][] = [
    [
      "an environment that is no tag value",
      { environment: "my env" },
      /environment is "my env"; allowed are/,
    ],
    ["a zone that is no tag value", { zone: "zöne" }, /zone is "zöne"/],
    [
      "an endpoint that is no URL",
      { endpoint: "10.77.0.1:4242" },
      /endpoint is "10.77.0.1:4242"; allowed is http/,
    ],
    ["an endpoint that would end the string", { endpoint: 'http://x"\nz = "' }, /endpoint is/],
    ["a unit that is no unit", { units: ["a b"] }, /unit "a b" is no name/],
    ["an interval of nothing", { intervalSeconds: 0 }, /intervalSeconds is 0/],
  ];
  for (const [name, part, message] of wrong) {
    it(`refuses ${name}`, () => assert.throws(() => renderCollectorConfig({ ...config, ...part }), message));
  }
});
