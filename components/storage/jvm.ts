/** A JVM service as its unit starts it. */
export interface JavaService {
  mainClass: string;
  /** Arguments after the class. */
  arguments?: readonly string[];
  heapMiB: number;
  /** Memory for direct buffers, in MiB. Default: what {@link directMemoryMiB} gives for the heap. */
  directMiB?: number;
  /** Folders with configuration that go behind the jars on the class path. */
  configuration: readonly string[];
  /** Folder of the bundle's `hbase` component. */
  software: string;
  /** Class-data archive, made for these jars in this order. Default: none. */
  archive?: string;
  /** System properties. */
  properties?: Readonly<Record<string, string>>;
  /** Whether the service needs the JDK's internals opened, as HDFS and HBase do. */
  opened: boolean;
}

/** From here the pauses of the serial collector cost more than G1's threads and tables. */
const G1_FROM_HEAP_MIB = 1024;

/** What HDFS and HBase reach by reflection; without it Netty falls back to slow buffers and proxies fail. */
const OPENED: readonly string[] = [
  "-Dorg.apache.hbase.thirdparty.io.netty.tryReflectionSetAccessible=true",
  "--add-modules=jdk.unsupported",
  "--add-opens=java.base/java.nio=ALL-UNNAMED",
  "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
  "--add-opens=java.base/java.lang=ALL-UNNAMED",
  "--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED",
  "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
  "--add-opens=java.base/java.util=ALL-UNNAMED",
  "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
  "--add-opens=java.base/jdk.internal.util.random=ALL-UNNAMED",
  "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
  "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
];

/** Memory for direct buffers beside a heap, in MiB: network buffers of Netty and HDFS. */
export function directMemoryMiB(heapMiB: number): number {
  return Math.max(64, Math.floor(heapMiB / 4));
}

/** Collector flags for a heap: serial while it is small, G1 with bounded pauses and a heap of fixed size above. */
export function collectorFlags(heapMiB: number): string[] {
  return heapMiB < G1_FROM_HEAP_MIB
    ? ["-XX:+UseSerialGC"]
    : [`-Xms${heapMiB}m`, "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=100", "-XX:+ParallelRefProcEnabled"];
}

/** The JVM with its flags and class path, without a class to run. */
export function javaCommand(service: Omit<JavaService, "mainClass" | "arguments">): string[] {
  const properties = Object.entries(service.properties ?? {}).map(([name, value]) => `-D${name}=${value}`);
  // The jars come first: none of them holds a file that the configuration has.
  const classPath = [`${service.software}/lib/*`, `${service.software}/webroot`, ...service.configuration];
  return [
    "/usr/bin/java",
    `-Xmx${service.heapMiB}m`,
    `-XX:MaxDirectMemorySize=${service.directMiB ?? directMemoryMiB(service.heapMiB)}m`,
    ...collectorFlags(service.heapMiB),
    // A service that ran out of memory is of no use to its group; systemd starts it anew.
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    ...(service.archive === undefined ? [] : [`-XX:SharedArchiveFile=${service.archive}`]),
    "-Djava.net.preferIPv4Stack=true",
    ...properties,
    ...(service.opened ? OPENED : []),
    "-cp",
    classPath.join(":"),
  ];
}

/** The whole command line of a service. */
export function serviceCommand(service: JavaService): string[] {
  return [...javaCommand(service), service.mainClass, ...(service.arguments ?? [])];
}
