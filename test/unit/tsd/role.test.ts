import assert from "node:assert/strict";

import fc from "fast-check";

import { SoftwareReference } from "../../../components/hosts/role";
import { TSD_FOLDERS, renderTsdConfig, renderTsdLogging } from "../../../components/tsd/config";
import { SMALLEST_TSD_HEAP_MIB, tsdHeapMiB } from "../../../components/tsd/memory";
import { TsdRoleArgs, tsdRole } from "../../../components/tsd/role";
import { TSD_SCHEMA, tableArguments } from "../../../components/tsd/schema";
import { assertSnapshot } from "../snapshot";

function software(name: string): SoftwareReference {
  return {
    name,
    version: "1",
    hash: "0123456789ab",
    path: `/opt/opentsdb-platform/software/${name}-0123456789ab`,
  };
}

const args: TsdRoleArgs = {
  zookeepers: ["master-1", "master-2", "master-3"],
  saltBuckets: 4,
  memoryMiB: 768,
  software: { tsd: software("tsd"), tools: software("tools"), hbase: software("hbase") },
  hbaseClientFiles: [
    { path: "/etc/opentsdb-platform/hbase-client/hbase-site.xml", content: "<configuration/>\n" },
  ],
};

function fileOf(role: ReturnType<typeof tsdRole>, name: string): string {
  const file = role.files.find(({ path }) => path.endsWith(name));
  assert.ok(file, `the role has no file ${name}`);
  return file.content;
}

function valueOf(config: string, name: string): string | undefined {
  return new RegExp(`^${name.replaceAll(".", "\\.")} = (.*)$`, "m").exec(config)?.[1];
}

describe("TSD role", () => {
  for (const name of ["opentsdb.conf", "logback.xml", "environment", "tsd.service"]) {
    it(`renders ${name} as its snapshot says`, () =>
      assertSnapshot(__dirname, name, fileOf(tsdRole(args), `/${name}`)));
  }

  it("is one document for all members of a fleet: no address in it", () => {
    const text = JSON.stringify(tsdRole(args));
    assert.doesNotMatch(text.replaceAll("127.0.0.1", "").replaceAll("192.0.2.1", ""), /\d+\.\d+\.\d+\.\d+/);
  });

  it("compares with the tables what it tells OpenTSDB", () => {
    const role = tsdRole({ ...args, saltBuckets: 20 });
    const config = fileOf(role, "opentsdb.conf");
    assert.equal(valueOf(config, "tsd.storage.salt.buckets"), "20");
    assert.equal(valueOf(config, "tsd.storage.salt.width"), "1");
    assert.equal(valueOf(config, "tsd.storage.max_tags"), "16");
    assert.match(fileOf(role, "environment"), /--salt-buckets 20 --uid-width 3 --max-tags 16/);
  });

  it("does not try again when the tables were made with other constants", () => {
    assert.match(fileOf(tsdRole(args), "tsd.service"), /^RestartPreventExitStatus=3$/m);
  });

  it("listens on loopback behind a gateway", () => {
    assert.match(fileOf(tsdRole({ ...args, listen: "loopback" }), "environment"), /^TSD_LISTEN="loopback"$/m);
  });
});

describe("opentsdb.conf", () => {
  const config = { zookeepers: ["zk"], saltBuckets: 4, queryPoints: 1000 };

  it("switches off what is dangerous in OpenTSDB 2.4.1", () => {
    const text = renderTsdConfig(config);
    assert.equal(valueOf(text, "tsd.core.enable_ui"), "false");
    assert.equal(valueOf(text, "tsd.no_diediedie"), "true");
    assert.equal(valueOf(text, "tsd.http.query.allow_delete"), "false");
    assert.equal(valueOf(text, "tsd.http.request.cors_domains"), "");
  });

  it("names the folders that OpenTSDB refuses to start without", () => {
    const text = renderTsdConfig(config);
    assert.equal(valueOf(text, "tsd.http.staticroot"), TSD_FOLDERS.staticRoot);
    assert.equal(valueOf(text, "tsd.http.cachedir"), TSD_FOLDERS.cache);
  });

  const wrong: [string, Partial<Parameters<typeof renderTsdConfig>[0]>, RegExp][] = [
    ["salt buckets beyond one byte", { saltBuckets: 257 }, /saltBuckets is 257; allowed is .* 1 to 256/],
    ["no salt bucket", { saltBuckets: 0 }, /saltBuckets is 0/],
    ["no ZooKeeper", { zookeepers: [] }, /one host name or more/],
    [
      "a name that would become a further setting",
      { zookeepers: ["zk\ntsd.core.enable_ui = true"] },
      /zookeepers/,
    ],
    ["a flush interval of nothing", { flushIntervalMs: 0 }, /flushIntervalMs is 0/],
    ["connections cut off in a running query", { idleSeconds: 30, queryTimeoutSeconds: 60 }, /must be above/],
    ["a line break in a value", { zookeeperNode: "/hbase\nx = y" }, /line break/],
  ];
  for (const [name, part, message] of wrong) {
    it(`refuses ${name}`, () => assert.throws(() => renderTsdConfig({ ...config, ...part }), message));
  }

  it("keeps a line per request out of the journal", () => {
    for (const logger of ["ConnectionManager", "HttpQuery", "QueryStats"]) {
      assert.match(renderTsdLogging(), new RegExp(`logger name="[a-z.]*${logger}" level="WARN"`));
    }
  });
});

describe("TSD memory", () => {
  it("leaves room beside the heap for all that is no heap, on every host that is large enough", () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 1024 * 1024 }), (memoryMiB) => {
        const heap = tsdHeapMiB(memoryMiB);
        assert.ok(heap >= SMALLEST_TSD_HEAP_MIB);
        assert.ok(heap <= 31 * 1024);
        assert.ok(Math.floor(heap * 1.15) + 96 + 256 <= memoryMiB, `${heap} MiB of ${memoryMiB}`);
      }),
    );
  });

  it("grows with the host and shrinks by what runs beside", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 700, max: 60_000 }),
        fc.integer({ min: 0, max: 200 }),
        (memoryMiB, besideMiB) => {
          assert.ok(tsdHeapMiB(memoryMiB + 100) >= tsdHeapMiB(memoryMiB));
          assert.ok(tsdHeapMiB(memoryMiB, besideMiB) <= tsdHeapMiB(memoryMiB));
        },
      ),
    );
  });

  it("names the least memory that would do, and that does", () => {
    const message = (() => {
      try {
        tsdHeapMiB(256);
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    })();
    const least = Number(/at least (\d+) MiB/.exec(message)?.[1]);
    assert.match(message, /has 256 MiB/);
    assert.ok(tsdHeapMiB(least) >= SMALLEST_TSD_HEAP_MIB);
    assert.throws(() => tsdHeapMiB(least - 1));
  });
});

describe("table schema", () => {
  it("is 3-byte ids, one byte of salt, 16 tags: a change here would orphan every stored point", () => {
    assert.deepEqual(TSD_SCHEMA, { uidWidth: 3, saltWidth: 1, maxTags: 16 });
  });

  it("becomes the arguments of the tables command", () => {
    assert.equal(
      tableArguments({ saltBuckets: 4 }).join(" "),
      "--compression ZSTD --salt-buckets 4 --uid-width 3 --max-tags 16",
    );
  });
});
