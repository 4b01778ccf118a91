package opentsdb.platform.tables;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.hbase.client.TableDescriptor;

/**
 * What every row key in the tables depends on, and so can never change once data exists. Kept as
 * values of the descriptor of {@code tsdb-uid}, written in the same creation as the table itself.
 */
record Constants(int uidWidth, int saltBuckets, int maxTags) {
  private static final String PREFIX = "opentsdb.platform.";

  /** Bytes in front of each row key that spread rows over the buckets; none without salt. */
  int saltWidth() {
    return saltBuckets == 0 ? 0 : 1;
  }

  /** The record's entries, by their full names in the descriptor. */
  Map<String, String> entries() {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put(PREFIX + "uid-width", Integer.toString(uidWidth));
    entries.put(PREFIX + "salt-width", Integer.toString(saltWidth()));
    entries.put(PREFIX + "salt-buckets", Integer.toString(saltBuckets));
    entries.put(PREFIX + "max-tags", Integer.toString(maxTags));
    return entries;
  }

  /** One sentence on the first constant that differs from what the table records; empty if all agree. */
  Optional<String> differenceFrom(TableDescriptor recorded) {
    for (Map.Entry<String, String> wanted : entries().entrySet()) {
      String name = wanted.getKey().substring(PREFIX.length());
      String seen = recorded.getValue(wanted.getKey());
      if (seen == null) {
        return Optional.of(
            String.format(
                "Table %s holds no record of %s (wanted: %s), so it was not made by this platform;"
                    + " move it away or point the environment at another HBase root.",
                recorded.getTableName(), name, wanted.getValue()));
      }
      if (!seen.equals(wanted.getValue())) {
        return Optional.of(
            String.format(
                "The tables were made with %s=%s, but %s is wanted: it is part of every row key and"
                    + " cannot change; set it back to %s, or start with empty tables.",
                name, seen, wanted.getValue(), seen));
      }
    }
    return Optional.empty();
  }
}
