package opentsdb.platform.tables;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
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

  private void make(List<TableDescriptor> tables, Constants constants)
      throws Failure, InterruptedException {
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (TableDescriptor table : tables) {
      boolean split = table.getTableName().equals(DATA) && constants.saltBuckets() > 1;
      CompletableFuture<Void> creation =
          split ? admin.createTable(table, bucketBorders(constants)) : admin.createTable(table);
      running.add(creation.exceptionally(Tables::acceptExisting));
    }
    try {
      CompletableFuture.allOf(running.toArray(CompletableFuture[]::new))
          .get(deadline.millisLeft(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new Failure(1, "HBase refused a table: " + Deadline.firstLine(e.getCause()));
    } catch (TimeoutException e) {
      throw new Failure(
          Failure.TIMED_OUT,
          String.format(
              "HBase did not finish the tables %s within %d s; look at the HBase master's journal and run"
                  + " this again.",
              names(tables.stream().map(TableDescriptor::getTableName).toList()), deadline.seconds()));
    }
  }

  /** Another creator was faster; its constants are compared afterwards as those of any table. */
  private static Void acceptExisting(Throwable fault) {
    Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
    if (cause instanceof TableExistsException) {
      return null;
    }
    throw new CompletionException(cause);
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
