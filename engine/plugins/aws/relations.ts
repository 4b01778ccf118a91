/** What AWS checks between resources when one is made or changed; refused with AWS's own error codes. */
import type { Ledger } from "./account";
import { shortName } from "./catalog";
import { NETWORK_RULES } from "./network-relations";
import type { Wish } from "./relation-rule";
import { SERVICE_RULES } from "./service-relations";

/** Refuses what does not go together with the rest of the account. @throws ApiError with AWS's own code */
export function checkRelations(ledger: Ledger, wish: Wish): void {
  const short = shortName(wish.token);
  (NETWORK_RULES[short] ?? SERVICE_RULES[short])?.(ledger, wish);
}
