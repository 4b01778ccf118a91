/** The policy pack: started by Pulumi's engine, it serves its rules until the engine ends it. */
import { PolicyPack } from "@pulumi/policy";

import { toPolicy } from "./pack";
import { RULES } from "./rules";

new PolicyPack("opentsdb-platform", {
  description: "What an OpenTSDB environment on AWS has to keep to.",
  policies: RULES.map(toPolicy),
});
