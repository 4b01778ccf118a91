/** The provider `nspawn`: machines of this Linux machine's own, as Pulumi resources. */
import type { ProviderDefinition } from "../../../../engine/provider/resource";
import { fleet } from "./resources/fleet";
import { host } from "./resources/host";
import { keyPair } from "./resources/key-pair";
import { loadBalancer } from "./resources/load-balancer";
import { network } from "./resources/network";
import { volume } from "./resources/volume";

/** All resource types of the provider. */
export const nspawnProvider: ProviderDefinition = {
  name: "nspawn",
  version: "0.1.0",
  resources: {
    "nspawn:index:Network": network,
    "nspawn:index:KeyPair": keyPair,
    "nspawn:index:Volume": volume,
    "nspawn:index:Host": host,
    "nspawn:index:LoadBalancer": loadBalancer,
    "nspawn:index:Fleet": fleet,
  },
};
