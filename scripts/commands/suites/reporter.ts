import { writeFileSync } from "node:fs";

import * as Mocha from "mocha";

/** Mocha takes one reporter only: this one shows the tests as they run and leaves their counts in a file as well. */
class SpecWithReport extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { report } = options.reporterOptions as { report: string };
    const failures: { fullTitle: string }[] = [];
    runner.on("fail", (test) => failures.push({ fullTitle: test.fullTitle() }));
    runner.once("end", () => {
      const { passes, failures: failed, pending } = this.stats;
      writeFileSync(report, JSON.stringify({ stats: { passes, failures: failed, pending }, failures }));
    });
  }
}

export = SpecWithReport;
