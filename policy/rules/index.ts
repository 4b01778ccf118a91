/** All rules, by what they are about. */
import { Rule } from "../rule";
import { BALANCING_RULES } from "./balancing";
import { BUCKET_RULES } from "./buckets";
import { IDENTITY_RULES } from "./identity";
import { INSTANCE_RULES } from "./instances";
import { KEEPING_RULES } from "./keeping";
import { NETWORK_RULES } from "./network";
import { PLATFORM_RULES } from "./platform";
import { PORT_RULES } from "./ports";
import { SCALING_RULES } from "./scaling";

/** Every rule of the pack. */
export const RULES: readonly Rule[] = [
  ...NETWORK_RULES,
  ...PORT_RULES,
  ...INSTANCE_RULES,
  ...SCALING_RULES,
  ...BALANCING_RULES,
  ...BUCKET_RULES,
  ...KEEPING_RULES,
  ...IDENTITY_RULES,
  ...PLATFORM_RULES,
];

/** Controls that were looked at and have no rule, with the reason. */
export const WITHOUT_RULE: Readonly<Record<string, string>> = {
  "EC2.171": "The platform declares no VPN connection.",
  "EC2.172":
    "Block Public Access is a setting of the whole account and region, for its owners to make; a bastion needs the internet gateway.",
};
