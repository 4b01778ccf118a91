package opentsdb.platform.tables;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.hadoop.hbase.DoNotRetryIOException;
import org.apache.hadoop.hbase.TableExistsException;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.AsyncAdmin;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptor;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptorBuilder;
import org.apache.hadoop.hbase.client.TableDescriptor;
import org.apache.hadoop.hbase.client.TableDescriptorBuilder;
import org.apache.hadoop.hbase.io.compress.Compression;
import org.apache.hadoop.hbase.io.encoding.DataBlockEncoding;
import org.apache.hadoop.hbase.regionserver.BloomType;
import org.apache.hadoop.hbase.util.Bytes;

/** Makes and checks the four tables of OpenTSDB. */
final class Tables {
  private static final TableName UID = TableName.valueOf("tsdb-uid");
  private static final TableName DATA = TableName.valueOf("tsdb");
  private static final TableName TREE = TableName.valueOf("tsdb-tree");
  private static final TableName META = TableName.valueOf("tsdb-meta");
  private static final List<TableName> ALL = List.of(UID, DATA, TREE, META);

  private final AsyncAdmin admin;
  private final Deadline deadline;

  Tables(AsyncAdmin admin, Deadline deadline) {
    this.admin = admin;
    this.deadline = deadline;
  }

  /**
   * Makes what is missing. {@code tsdb-uid} comes first and carries the record of the constants, so
   * that no other table can exist without it; tables made with other constants are left untouched.
   */
  Map<String, Object> create(Constants constants, Compression.Algorithm compression)
      throws Failure, InterruptedException {
    Set<TableName> present = present();
    if (!present.contains(UID) && present.contains(DATA)) {
      throw new Failure(
          Failure.MISMATCH,
          "Table tsdb exists but tsdb-uid does not, so its rows can no longer be read; restore"
              + " tsdb-uid from a snapshot, or move tsdb away.");
    }
    if (!present.contains(UID)) {
      make(List.of(uidTable(constants, compression)), constants);
    }
    compare(constants);
    List<TableDescriptor> rest = new ArrayList<>();
    for (TableDescriptor table :
        List.of(
            table(DATA, family("t", compression, true)),
            table(TREE, family("t", compression, false)),
            table(META, family("name", compression, false)))) {
      if (!present.contains(table.getTableName())) {
        rest.add(table);
      }
    }
    make(rest, constants);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("created", names(ALL.stream().filter(name -> !present.contains(name)).toList()));
    result.put("existing", names(ALL.stream().filter(present::contains).toList()));
    result.put("constants", constants.entries());
    return result;
  }

  /** Waits for the tables, then compares their record with the wanted constants. */
  Map<String, Object> check(Constants constants) throws Failure, InterruptedException {
    while (true) {
      Set<TableName> present = present();
      // Constants that differ will not be put right by waiting: they are said at once.
      if (present.contains(UID)) {
        compare(constants);
      }
      List<TableName> missing = ALL.stream().filter(name -> !present.contains(name)).toList();
      if (missing.isEmpty()) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("constants", constants.entries());
        return result;
      }
      if (deadline.passed()) {
        throw new Failure(
            Failure.MISSING,
            String.format(
                "After %d s HBase still has no table %s; run tsdb-tables create first.",
                deadline.seconds(), String.join(", ", names(missing))));
      }
      deadline.pause();
    }
  }

  private Set<TableName> present() throws Failure, InterruptedException {
    return Set.copyOf(
        deadline.answer(
            "list of tables", () -> admin.listTableNames(java.util.regex.Pattern.compile("tsdb.*"), false)));
  }

  private void compare(Constants constants) throws Failure, InterruptedException {
    TableDescriptor recorded = deadline.answer("descriptor of tsdb-uid", () -> admin.getDescriptor(UID));
    Optional<String> difference = constants.differenceFrom(recorded);
    if (difference.isPresent()) {
      throw new Failure(Failure.MISMATCH, difference.get());
    }
  }

  /**
   * Makes the tables and waits until their regions are open. A master that has only just started, or
   * stops, refuses for a while: it is asked again. What HBase says must not be repeated ends it.
   */
  private void make(List<TableDescriptor> tables, Constants constants)
      throws Failure, InterruptedException {
    String fault = "it gave no answer";
    List<CompletableFuture<Void>> started =
        tables.stream().map(table -> start(table, constants)).toList();
    for (int i = 0; i < tables.size(); i++) {
      CompletableFuture<Void> creation = started.get(i);
      boolean made = false;
      while (!made) {
        try {
          creation.get(deadline.millisLeft(), TimeUnit.MILLISECONDS);
          made = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof TableExistsException) {
            // Another creator was faster, or an answer was lost; its constants are compared afterwards.
            made = true;
          } else if (e.getCause() instanceof DoNotRetryIOException) {
            throw new Failure(1, "HBase refused a table: " + Deadline.firstLine(e.getCause()));
          } else {
            fault = Deadline.firstLine(e.getCause());
            endInTime(tables, fault);
            deadline.pause();
            creation = start(tables.get(i), constants);
          }
        } catch (TimeoutException e) {
          endInTime(tables, fault);
        }
      }
    }
    for (TableDescriptor table : tables) {
      TableName name = table.getTableName();
      while (!deadline.answer("regions of " + name, () -> admin.isTableAvailable(name))) {
        endInTime(tables, "regions of " + name + " are not open");
        deadline.pause();
      }
    }
  }

  private CompletableFuture<Void> start(TableDescriptor table, Constants constants) {
    boolean split = table.getTableName().equals(DATA) && constants.saltBuckets() > 1;
    return split ? admin.createTable(table, bucketBorders(constants)) : admin.createTable(table);
  }

  private void endInTime(List<TableDescriptor> tables, String fault) throws Failure {
    if (deadline.passed()) {
      throw new Failure(
          Failure.TIMED_OUT,
          String.format(
              "HBase did not finish the tables %s within %d s: %s. Look at the HBase master's journal and"
                  + " run this again.",
              names(tables.stream().map(TableDescriptor::getTableName).toList()),
              deadline.seconds(),
              fault));
    }
  }

  /** One region per bucket: a row key starts with its bucket's number. */
  private static byte[][] bucketBorders(Constants constants) {
    byte[][] borders = new byte[constants.saltBuckets() - 1][];
    for (int bucket = 1; bucket < constants.saltBuckets(); bucket++) {
      borders[bucket - 1] = new byte[] {(byte) bucket};
    }
    return borders;
  }

  private static TableDescriptor uidTable(Constants constants, Compression.Algorithm compression) {
    TableDescriptorBuilder table =
        TableDescriptorBuilder.newBuilder(UID)
            .setColumnFamily(family("id", compression, false))
            .setColumnFamily(family("name", compression, false));
    constants.entries().forEach(table::setValue);
    return table.build();
  }

  private static TableDescriptor table(TableName name, ColumnFamilyDescriptor family) {
    return TableDescriptorBuilder.newBuilder(name).setColumnFamily(family).build();
  }

  private static ColumnFamilyDescriptor family(
      String name, Compression.Algorithm compression, boolean sequentialKeys) {
    return ColumnFamilyDescriptorBuilder.newBuilder(Bytes.toBytes(name))
        .setCompressionType(compression)
        .setBloomFilterType(BloomType.ROW)
        .setMaxVersions(1)
        .setDataBlockEncoding(sequentialKeys ? DataBlockEncoding.DIFF : DataBlockEncoding.NONE)
        .build();
  }

  private static List<String> names(List<TableName> tables) {
    return tables.stream().map(TableName::getNameAsString).collect(Collectors.toList());
  }
}
