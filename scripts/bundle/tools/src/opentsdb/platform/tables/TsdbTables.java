package opentsdb.platform.tables;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.client.AsyncAdmin;
import org.apache.hadoop.hbase.client.AsyncConnection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.io.compress.Compression;

/**
 * The command {@code tsdb-tables}: OpenTSDB's tables, and the regions of a server that comes or
 * goes. Prints one line of JSON; a failure is one sentence on stderr and one of the exit codes of
 * {@link Failure}. The cluster is the one of the hbase-site.xml on the class path.
 */
public final class TsdbTables {
  private static final String HELP =
      """
      tsdb-tables COMMAND [--wait-seconds N]
        create   --compression ZSTD --salt-buckets N --uid-width 3 --max-tags 16 [--wait-servers N]
                 makes the tables that are missing, and records the constants (waits 120 s)
        check    the same options: waits for the tables, compares the record (60 s)
        region-counts             live servers, regions of each, regions in transition (20 s)
        rejoined --server NAME [--started-after MILLIS]
                 waits until the server is live and holds its share; moves regions to it (120 s)
        unload   --server NAME    moves its regions to the others (60 s)
        load     --server NAME    moves a fair share to it (60 s)
      Exit codes: 0 done, 1 HBase refused, 2 wrong option, 3 other constants, 4 no tables, 5 not in time.""";

  private static final Set<String> CONSTANTS =
      Set.of("compression", "salt-buckets", "uid-width", "max-tags");

  private TsdbTables() {}

  /** Runs one command and ends the process. */
  public static void main(String[] words) {
    int exitCode;
    try {
      exitCode = run(words);
    } catch (Failure e) {
      System.err.println(e.getMessage());
      exitCode = e.exitCode();
    } catch (Exception e) {
      System.err.println("HBase refused: " + Deadline.firstLine(e));
      exitCode = 1;
    }
    System.out.flush();
    // The client's threads need up to 2 s to wind down, and there is nothing of theirs to save.
    Runtime.getRuntime().halt(exitCode);
  }

  private static int run(String[] words) throws Exception {
    if (words.length == 0 || List.of("help", "--help", "-h").contains(words[0])) {
      System.out.println(HELP);
      return words.length == 0 ? Failure.USAGE : 0;
    }
    Map<String, Object> result =
        switch (words[0]) {
          case "create" -> create(new Arguments(words, with(CONSTANTS, "wait-servers")));
          case "check" -> check(new Arguments(words, with(CONSTANTS)));
          case "region-counts", "balance-status" -> {
            Deadline deadline = deadline(new Arguments(words, with(Set.of())), 20);
            yield new Regions(connect(deadline), deadline).look().describe();
          }
          case "rejoined" -> rejoined(new Arguments(words, with(Set.of("server"), "started-after")));
          case "unload" -> {
            Arguments arguments = new Arguments(words, with(Set.of("server")));
            String server = arguments.text("server");
            Deadline deadline = deadline(arguments, 60);
            yield new Regions(connect(deadline), deadline).unload(server);
          }
          case "load" -> {
            Arguments arguments = new Arguments(words, with(Set.of("server")));
            String server = arguments.text("server");
            Deadline deadline = deadline(arguments, 60);
            yield new Regions(connect(deadline), deadline).load(server);
          }
          default ->
              throw new Failure(
                  Failure.USAGE, "There is no command " + words[0] + "; tsdb-tables help lists them.");
        };
    System.out.println(Json.of(result));
    return 0;
  }

  private static Map<String, Object> create(Arguments arguments) throws Exception {
    Constants constants = constants(arguments);
    Compression.Algorithm compression = compression(arguments);
    long servers = arguments.number("wait-servers", 0, 10_000, 1);
    Deadline deadline = deadline(arguments, 120);
    AsyncAdmin admin = connect(deadline);
    new Regions(admin, deadline).awaitServers(servers);
    return new Tables(admin, deadline).create(constants, compression);
  }

  private static Map<String, Object> check(Arguments arguments) throws Exception {
    Constants constants = constants(arguments);
    // Compression can be altered at any time, so it is only looked at, never compared.
    compression(arguments);
    Deadline deadline = deadline(arguments, 60);
    return new Tables(connect(deadline), deadline).check(constants);
  }

  private static Map<String, Object> rejoined(Arguments arguments) throws Exception {
    String server = arguments.text("server");
    long startedAfter = arguments.number("started-after", 0, Long.MAX_VALUE, 0);
    Deadline deadline = deadline(arguments, 120);
    return new Regions(connect(deadline), deadline).rejoin(server, startedAfter);
  }

  private static Constants constants(Arguments arguments) throws Failure {
    return new Constants(
        (int) arguments.number("uid-width", 1, 8),
        (int) arguments.number("salt-buckets", 0, 256),
        (int) arguments.number("max-tags", 1, 1_000));
  }

  private static Compression.Algorithm compression(Arguments arguments) throws Failure {
    String name = arguments.text("compression");
    for (Compression.Algorithm algorithm : Compression.Algorithm.values()) {
      if (algorithm.name().equalsIgnoreCase(name)) {
        return algorithm;
      }
    }
    throw new Failure(
        Failure.USAGE,
        String.format(
            "--compression is %s; it must be one of %s.",
            name, List.of(Compression.Algorithm.values())));
  }

  private static Deadline deadline(Arguments arguments, long fallback) throws Failure {
    return new Deadline(arguments.number("wait-seconds", 0, 3_600, fallback));
  }

  private static AsyncAdmin connect(Deadline deadline) throws Exception {
    Configuration settings = HBaseConfiguration.create();
    // Each call fails soon and is made again by Deadline, which knows how long in all is allowed.
    settings.setInt("hbase.client.retries.number", 2);
    settings.setInt("hbase.client.pause", 100);
    settings.setInt("zookeeper.recovery.retry", 1);
    AsyncConnection connection =
        deadline.answer("connection", () -> ConnectionFactory.createAsyncConnection(settings));
    return connection.getAdmin();
  }

  private static Set<String> with(Set<String> names, String... more) {
    Set<String> all = new java.util.HashSet<>(names);
    all.addAll(List.of(more));
    all.add("wait-seconds");
    return all;
  }
}
