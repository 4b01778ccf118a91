/** The EC2 instance types that the platform is sized for. Pure data with its look-up. */

/** Processor architecture, as the bundle and the AMI name it. */
export type Architecture = "x86_64" | "arm64";

/** What sizing needs to know of an instance type. */
export interface InstanceType {
  name: string;
  architecture: Architecture;
  vcpus: number;
  /** As AWS names it, in MiB; the system sees less, see {@link usableMiB}. */
  memoryMiB: number;
  /** Network bandwidth that it always has, in Mbit/s. */
  networkMbps: number;
  /** Throughput to its EBS volumes that it always has, in MB/s. */
  ebsMBps: number;
  /** Operations on its EBS volumes a second that it always has. */
  ebsIops: number;
  /** Its processors earn credits: full speed only for a time. */
  burstable: boolean;
}

type Row = readonly [vcpus: number, memoryGiB: number, networkMbps: number, ebsMBps: number, ebsIops: number];

/** Rows by type, from EC2's DescribeInstanceTypes as moto 5.2.1 carries it (May 2026). */
const X86: Readonly<Record<string, Row>> = {
  "t3.micro": [2, 1, 64, 10.875, 500],
  "t3.small": [2, 2, 128, 21.75, 1000],
  "t3.medium": [2, 4, 256, 43.375, 2000],
  "t3.large": [2, 8, 512, 86.875, 4000],
  "c6i.large": [2, 4, 781, 81.25, 3600],
  "c6i.xlarge": [4, 8, 1562, 156.25, 6000],
  "c7i.large": [2, 4, 781, 81.25, 3600],
  "c7i.xlarge": [4, 8, 1562, 156.25, 6000],
  "m6i.large": [2, 8, 781, 81.25, 3600],
  "m6i.xlarge": [4, 16, 1562, 156.25, 6000],
  "m6i.2xlarge": [8, 32, 3125, 312.5, 12000],
  "m7i.large": [2, 8, 781, 81.25, 3600],
  "m7i.xlarge": [4, 16, 1562, 156.25, 6000],
  "m7i.2xlarge": [8, 32, 3125, 312.5, 12000],
  "r6i.large": [2, 16, 781, 81.25, 3600],
  "r6i.xlarge": [4, 32, 1562, 156.25, 6000],
  "r6i.2xlarge": [8, 64, 3125, 312.5, 12000],
  "r7i.large": [2, 16, 781, 81.25, 3600],
  "r7i.xlarge": [4, 32, 1562, 156.25, 6000],
  "r7i.2xlarge": [8, 64, 3125, 312.5, 12000],
};

const ARM: Readonly<Record<string, Row>> = {
  "t4g.small": [2, 2, 128, 21.75, 1000],
  "t4g.medium": [2, 4, 256, 43.375, 2000],
  "t4g.large": [2, 8, 512, 86.875, 4000],
  "c7g.large": [2, 4, 937, 78.75, 3600],
  "c7g.xlarge": [4, 8, 1876, 156.25, 6000],
  "m7g.large": [2, 8, 937, 78.75, 3600],
  "m7g.xlarge": [4, 16, 1876, 156.25, 6000],
  "m7g.2xlarge": [8, 32, 3750, 312.5, 12000],
  "r7g.large": [2, 16, 937, 78.75, 3600],
  "r7g.xlarge": [4, 32, 1876, 156.25, 6000],
  "r7g.2xlarge": [8, 64, 3750, 312.5, 12000],
};

function rows(architecture: Architecture, table: Readonly<Record<string, Row>>): InstanceType[] {
  return Object.entries(table).map(([name, [vcpus, memoryGiB, networkMbps, ebsMBps, ebsIops]]) => ({
    name,
    architecture,
    vcpus,
    memoryMiB: memoryGiB * 1024,
    networkMbps,
    ebsMBps,
    ebsIops,
    burstable: name.startsWith("t"),
  }));
}

/** All known types, by architecture, then from burstable to memory-heavy. */
export const INSTANCE_TYPES: readonly InstanceType[] = [...rows("x86_64", X86), ...rows("arm64", ARM)];

/** A type by name. @throws naming the types that are known */
export function instanceType(name: string): InstanceType {
  const found = INSTANCE_TYPES.find((type) => type.name === name);
  if (found === undefined) {
    throw new Error(
      `instance type "${name}" is not known here; known are ${INSTANCE_TYPES.map((type) => type.name).join(", ")}`,
    );
  }
  return found;
}

/** Memory that firmware and kernel keep of any machine, in MiB, and the part of the rest that their tables take. */
const KEPT = { fixedMiB: 64, part: 0.05 };

/** Memory that the system of an instance has to give, in MiB: rather too little than too much. */
export function usableMiB(type: InstanceType): number {
  return Math.floor(type.memoryMiB * (1 - KEPT.part)) - KEPT.fixedMiB;
}

/**
 * Types that can stand in for one another in a fleet: same architecture and memory, so that heaps stay what they are,
 * as many processors, and burstable only where the first one is. The type itself comes first.
 */
export function alternatives(type: InstanceType): InstanceType[] {
  const alike = INSTANCE_TYPES.filter(
    (other) =>
      other.name !== type.name &&
      other.architecture === type.architecture &&
      other.memoryMiB === type.memoryMiB &&
      other.vcpus >= type.vcpus &&
      (type.burstable || !other.burstable),
  );
  return [type, ...alike];
}
