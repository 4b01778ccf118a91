import assert from "node:assert/strict";

import fc from "fast-check";

import { endpointUrl, parseExactly, putBody, servedSeries } from "../../../scripts/verify/client";
import { ServedSeries, describe as describeAll, differencesOf } from "../../../scripts/verify/compare";
import { averaged, summed } from "../../../scripts/verify/expected";
import { judgeHostMetrics } from "../../../scripts/verify/host-metrics";
import { Series, countPoints, sameNumber, seriesKey } from "../../../scripts/verify/points";
import { SmokeReport, renderReport, renderReportJson } from "../../../scripts/verify/report";
import {
  DOWNSAMPLE_SECONDS,
  RUN_SLOTS,
  WINDOW_SECONDS,
  choosePlace,
  inMilliseconds,
  randomFrom,
  samplesOf,
} from "../../../scripts/verify/samples";

const place = { slot: "slot-07", start: WINDOW_SECONDS * 7_000_000, seed: 42 };
const samples = samplesOf(place);

function served(series: readonly Series[]): ServedSeries[] {
  return series.map((one) => ({ ...one, points: [...one.points], aggregateTags: [] }));
}

function kinds(series: readonly Series[], answer: readonly ServedSeries[]): string[] {
  return differencesOf(series, answer).map(({ kind }) => kind);
}

/** The answer with its first series changed. */
function changed(change: (series: ServedSeries) => ServedSeries): ServedSeries[] {
  return served(samples.gauge).map((series, index) => (index === 0 ? change(series) : series));
}

describe("comparison of what was sent and what is served", () => {
  it("finds nothing where all is the same, in whatever order it comes", () => {
    const answer = served(samples.gauge).reverse();
    assert.deepEqual(
      differencesOf(
        samples.gauge,
        answer.map((series) => ({ ...series, points: [...series.points].reverse() })),
      ),
      [],
    );
  });

  it("finds a value that differs in its last digit", () => {
    const series: Series = {
      metric: "m",
      tags: { a: "b" },
      points: [{ timestamp: 1, value: "9223372036854775807" }],
    };
    const answer = [
      { ...series, points: [{ timestamp: 1, value: "9223372036854775806" }], aggregateTags: [] },
    ];
    assert.deepEqual(kinds([series], answer), ["differs"]);
  });

  it("finds a missing point", () => {
    assert.deepEqual(
      kinds(
        samples.gauge,
        changed((series) => ({ ...series, points: series.points.slice(1) })),
      ),
      ["missing"],
    );
  });

  it("finds a point that was never sent", () => {
    const extra = { timestamp: place.start + WINDOW_SECONDS, value: "1" };
    assert.deepEqual(
      kinds(
        samples.gauge,
        changed((one) => ({ ...one, points: [...one.points, extra] })),
      ),
      ["unexpected"],
    );
  });

  it("finds a point that is served twice", () => {
    assert.deepEqual(
      kinds(
        samples.gauge,
        changed((one) => ({ ...one, points: [...one.points, ...one.points.slice(0, 1)] })),
      ),
      ["duplicate"],
    );
  });

  it("finds a series that is served twice", () => {
    const answer = served(samples.gauge);
    assert.deepEqual(kinds(samples.gauge, [...answer, ...answer.slice(0, 1)]), ["duplicate"]);
  });

  it("finds a missing series, and one with a further tag", () => {
    assert.deepEqual(kinds(samples.gauge, served(samples.gauge).slice(1)), ["missing"]);
    assert.deepEqual(
      kinds(
        samples.gauge,
        changed((one) => ({ ...one, tags: { ...one.tags, more: "x" } })),
      ),
      ["missing", "unexpected"],
    );
  });

  it("finds a tag that was aggregated away", () => {
    assert.deepEqual(
      kinds(
        samples.gauge,
        changed((one) => ({ ...one, aggregateTags: ["series"] })),
      ),
      ["differs"],
    );
  });

  it("says what differs and how much more there is", () => {
    const differences = differencesOf(samples.gauge, []);
    assert.match(
      describeAll(differences, 2),
      /series platform\.smoke\.gauge\{.*\} is missing .*; and 1 more$/,
    );
  });

  it("takes 5 and 5.0 for one number, but no two integers of 64 bits that a double cannot tell apart", () => {
    assert.ok(sameNumber("5", "5.0"));
    assert.ok(sameNumber("1.0E-7", "1e-7"));
    assert.ok(!sameNumber("9007199254740993", "9007199254740992"));
    assert.ok(!sameNumber("1", ""));
    assert.ok(!sameNumber("NaN", "NaN"));
  });
});

describe("what a smoke run writes", () => {
  it("is the same for the same place, and other values for another seed", () => {
    assert.deepEqual(samplesOf(place), samples);
    const other = samplesOf({ ...place, seed: 43 });
    assert.notDeepEqual(other.gauge, samples.gauge);
  });

  it("brings no new names: 64 values of the tag run, and a handful of others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_700_000_000, max: 2_000_000_000 }), fc.nat(), (now, seed) => {
        const chosen = choosePlace(now, randomFrom(seed));
        assert.match(chosen.slot, /^slot-[0-6]\d$/);
        assert.ok(Number(chosen.slot.slice(5)) < RUN_SLOTS);
        assert.equal(chosen.start % WINDOW_SECONDS, 0);
        assert.ok(chosen.start + WINDOW_SECONDS <= now, "points of the future are not part of every query");
      }),
    );
    const { http, telnet } = samples;
    assert.deepEqual(
      [...new Set([...http, ...telnet].map(({ tags }) => Object.keys(tags).join()))],
      ["run,series"],
    );
    assert.ok(new Set([...http, ...telnet].map(({ metric }) => metric)).size <= 10);
  });

  it("stays inside its window, each moment of a series once", () => {
    for (const series of [...samples.http, ...samples.telnet]) {
      const seconds = series.points.map(({ timestamp }) =>
        inMilliseconds(series) ? timestamp / 1000 : timestamp,
      );
      assert.ok(
        seconds.every((at) => at >= place.start && at < place.start + WINDOW_SECONDS),
        seriesKey(series),
      );
      assert.equal(new Set(seconds).size, series.points.length);
    }
  });

  it("has integers, floating point, negative and very large numbers, seconds and milliseconds", () => {
    const values = samples.http.flatMap(({ points }) => points.map(({ value }) => value));
    for (const value of ["0", "-1", "0.1", "1e-7", "1.7976931348623157e308", "9223372036854775807"]) {
      assert.ok(values.includes(value), value);
    }
    assert.ok(samples.http.some(inMilliseconds) && !samples.http.every(inMilliseconds));
  });

  it("becomes a body that holds every digit", () => {
    const body = putBody(samples.http);
    const parsed = parseExactly(body) as { value: string }[];
    assert.equal(parsed.length, countPoints(samples.http));
    assert.deepEqual(
      parsed.map(({ value }) => value),
      samples.http.flatMap(({ points }) => points.map(({ value }) => value)),
    );
  });
});

describe("what queries must answer", () => {
  it("is the mean of each aligned interval, at its start", () => {
    const points = [0, 1, 2, 3, 8, 9].map((second) => ({
      timestamp: place.start + second,
      value: String(second),
    }));
    assert.equal(DOWNSAMPLE_SECONDS, 8);
    assert.deepEqual(averaged({ metric: "m", tags: {}, points }).points, [
      { timestamp: place.start, value: "1.5" },
      { timestamp: place.start + 8, value: "8.5" },
    ]);
  });

  it("is the sum at each moment, under the tags that all series share", () => {
    const total = summed(samples.gauge);
    assert.deepEqual(total.tags, { run: "slot-07" });
    const expected = samples.gauge.reduce((sum, { points }) => sum + Number(points[5]?.value), 0);
    assert.equal(Number(total.points[5]?.value), expected);
  });

  it("cannot be computed for series of different moments", () => {
    const [first, second] = samples.gauge;
    assert.ok(first && second);
    assert.throws(() => summed([first, { ...second, points: second.points.slice(1) }]), /different moments/);
  });
});

describe("what the endpoint answers", () => {
  it("is read with every digit and every moment", () => {
    const text =
      '[{"metric":"m","tags":{"a":"b"},"aggregateTags":[],"dps":[[1,9223372036854775807],[1,5.0]]}]';
    assert.deepEqual(servedSeries(parseExactly(text)), [
      {
        metric: "m",
        tags: { a: "b" },
        aggregateTags: [],
        points: [
          { timestamp: 1, value: "9223372036854775807" },
          { timestamp: 1, value: "5.0" },
        ],
      },
    ]);
  });

  it("is refused when it is something else", () => {
    for (const answer of [{}, [1], [{ metric: "m" }], [{ metric: "m", tags: {}, dps: [1] }]]) {
      assert.throws(() => servedSeries(answer), /no list of series/);
    }
  });

  it("comes from HOST:PORT or a URL, and nothing else", () => {
    assert.equal(endpointUrl("10.77.0.1:4242").href, "http://10.77.0.1:4242/");
    assert.equal(endpointUrl("http://tsd.example:4242/x").href, "http://tsd.example:4242/");
    assert.throws(() => endpointUrl("http://"), /endpoint "http:\/\/" is neither/);
  });
});

describe("host metrics", () => {
  const expected = { environment: "local", hosts: ["a", "b"], since: 100 };
  function of(host: string, timestamp: number, idle = "50", environment = "local"): ServedSeries[] {
    return ["host.cpu.usage_idle", "host.mem.total", "host.system.uptime"].map((metric) => ({
      metric,
      tags: { host, environment, roles: "tsd" },
      aggregateTags: [],
      points: [{ timestamp, value: metric === "host.cpu.usage_idle" ? idle : "1000" }],
    }));
  }

  it("are there when every host sent all of them lately", () => {
    const state = judgeHostMetrics([...of("a", 100), ...of("b", 120)], expected);
    assert.deepEqual([state.fresh, state.waitingFor, state.wrong], [["a", "b"], [], []]);
  });

  it("are waited for when a host is silent, sends old points, or belongs to another environment", () => {
    for (const other of [[], of("b", 99), of("b", 120, "50", "prod")]) {
      const state = judgeHostMetrics([...of("a", 120), ...other], expected);
      assert.deepEqual(state.fresh, ["a"]);
      assert.equal(state.waitingFor.length, 3);
      assert.match(state.waitingFor[0] ?? "", /host\.cpu\.usage_idle of b/);
    }
  });

  it("are wrong when a value cannot be", () => {
    const state = judgeHostMetrics([...of("a", 120, "130"), ...of("b", 120)], expected);
    assert.match(state.wrong.join(), /host\.cpu\.usage_idle of a at 120 is 130; allowed is 0 to 100/);
  });
});

describe("smoke report", () => {
  const check = { name: "write over HTTP", ok: true, detail: "all", counts: { points: 2 }, durationMs: 1200 };
  const report: SmokeReport = {
    environment: "local",
    endpoint: "http://10.77.0.1:4242",
    run: { slot: "slot-07", start: 1 },
    ok: true,
    checks: [check],
    pointsVerified: 2,
    durationMs: 3400,
  };

  it("says in one line what was verified", () => {
    assert.match(renderReport(report), /data sent is data served: 2 points read back and compared in 3\.4 s/);
  });

  it("names what failed", () => {
    const text = renderReport({
      ...report,
      ok: false,
      checks: [{ ...check, ok: false, detail: "a difference" }],
    });
    assert.match(text, /FAILED write over HTTP: a difference \(1\.2 s\)/);
    assert.match(text, /1 of 1 checks failed/);
    assert.doesNotMatch(text, /data sent is data served/);
  });

  it("is JSON for programs", () => assert.deepEqual(JSON.parse(renderReportJson(report)), report));
});
