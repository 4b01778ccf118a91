/** `nspawn:index:KeyPair`: an SSH key pair, for host keys that outlive the machine. */
import { z } from "zod";
import { type ResourceDefinition, UNKNOWN } from "../../../../../engine/provider/resource";
import { makeKeyPair } from "../site/key-pair";
import { checker } from "./inputs";

/** Lives in the state and nowhere else. */
export const keyPair: ResourceDefinition = {
  secretOutputs: ["privateKey"],
  check: checker(z.strictObject({})),
  create(_inputs, context) {
    if (context.preview)
      return Promise.resolve({ id: "", outputs: { publicKey: UNKNOWN, privateKey: UNKNOWN } });
    const keys = makeKeyPair();
    return Promise.resolve({ id: keys.publicKey, outputs: { ...keys } });
  },
  delete: () => Promise.resolve(),
};
