/** An account in memory for tests: resources are made in it as the plugin makes them, without an engine. */
import { emptyLedger, type Ledger } from "../../../engine/plugins/aws/account";
import { RESOURCES, shortName } from "../../../engine/plugins/aws/catalog";
import { configurationOf } from "../../../engine/plugins/aws/configuration";
import { idOf } from "../../../engine/plugins/aws/identities";
import { madeOutputs } from "../../../engine/plugins/aws/outputs";
import { checkDeletion } from "../../../engine/plugins/aws/deletion";
import { checkReferences, checkUnique } from "../../../engine/plugins/aws/references";
import { checkRelations } from "../../../engine/plugins/aws/relations";

type Inputs = Record<string, unknown>;

/** The token of a short form (`ec2.Vpc`). */
export function tokenOf(short: string): string {
  const token = Object.keys(RESOURCES).find((one) => shortName(one) === short);
  if (token === undefined) throw new Error(`there is no type ${short}`);
  return token;
}

/** An account. */
export class TestAccount {
  readonly ledger: Ledger = emptyLedger();
  readonly configuration = configurationOf({ region: "eu-central-1" }, {});

  /** Makes a resource, or throws what AWS would say; tells its id. */
  make(short: string, name: string, inputs: Inputs): string {
    const token = tokenOf(short);
    const { ledger, configuration } = this;
    checkReferences(ledger, token, inputs, configuration.account);
    checkUnique(ledger, token, inputs);
    checkRelations(ledger, { token, id: "", inputs, configuration });
    const urn = `urn:pulumi:test::project::${token}::${name}`;
    const origin = { token, urn, generation: ledger.generation(urn) };
    const id = idOf(origin, inputs, configuration);
    ledger.add({
      token,
      id,
      urn,
      inputs,
      outputs: madeOutputs({ origin, id, inputs, configuration, ledger }),
    });
    return id;
  }

  /** An output of a resource. */
  output(id: string, name: string): unknown {
    return this.ledger.find(id)?.outputs[name];
  }

  /** Deletes a resource, or throws what AWS would say. */
  remove(id: string): void {
    const record = this.ledger.find(id);
    if (!record) throw new Error(`${id} is not there`);
    checkDeletion(this.ledger, record);
    this.ledger.remove(record.token, id);
  }

  /** A network with a subnet in a zone: their ids. */
  network(name: string, block: string, cidrBlock: string, zone = "a"): { vpcId: string; subnetId: string } {
    const vpcId = this.make("ec2.Vpc", name, { cidrBlock: block, enableDnsHostnames: true });
    const availabilityZone = `eu-central-1${zone}`;
    return { vpcId, subnetId: this.make("ec2.Subnet", name, { vpcId, cidrBlock, availabilityZone }) };
  }
}
