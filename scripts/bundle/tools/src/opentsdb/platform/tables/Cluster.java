package opentsdb.platform.tables;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.hbase.ServerName;
import org.apache.hadoop.hbase.client.RegionInfo;

/** What the master knows of its region servers at one moment. */
record Cluster(Map<ServerName, List<RegionInfo>> regions, int inTransition) {

  /** A region that is to go from one server to another. */
  record Move(RegionInfo region, ServerName target) {}

  int total() {
    return regions.values().stream().mapToInt(List::size).sum();
  }

  /** What one server holds when the regions are spread evenly, rounded down. */
  int fairShare() {
    return regions.isEmpty() ? 0 : total() / regions.size();
  }

  /** The live server of that name: a host, or HBase's own {@code host,port[,start]}. */
  Optional<ServerName> find(String name) {
    return regions.keySet().stream()
        .filter(
            server ->
                server.getHostname().equalsIgnoreCase(name)
                    || server.getServerName().equals(name)
                    || server.getServerName().startsWith(name + ","))
        .max((one, other) -> Long.compare(one.getStartCode(), other.getStartCode()));
  }

  /** Whether the server holds half of its fair share at least; balancing to the last region is the balancer's. */
  boolean holdsShare(ServerName server) {
    return regions.getOrDefault(server, List.of()).size() >= (fairShare() + 1) / 2;
  }

  /**
   * The moves that give the server its fair share, each from the server that then holds most. System
   * tables stay: to move hbase:meta stalls every client.
   */
  List<Move> movesTo(ServerName target) {
    Map<ServerName, List<RegionInfo>> left = new HashMap<>();
    regions.forEach(
        (server, held) -> {
          if (!server.equals(target)) {
            left.put(server, new ArrayList<>(held));
          }
        });
    int wanted = fairShare() - regions.getOrDefault(target, List.of()).size();
    List<Move> moves = new ArrayList<>();
    while (moves.size() < wanted) {
      Optional<RegionInfo> next =
          left.values().stream()
              .filter(held -> held.stream().anyMatch(Cluster::mayMove))
              .max((one, other) -> Integer.compare(one.size(), other.size()))
              .map(held -> takeOne(held));
      if (next.isEmpty()) {
        break;
      }
      moves.add(new Move(next.get(), target));
    }
    return moves;
  }

  private static RegionInfo takeOne(List<RegionInfo> held) {
    RegionInfo region = held.stream().filter(Cluster::mayMove).findFirst().orElseThrow();
    held.remove(region);
    return region;
  }

  private static boolean mayMove(RegionInfo region) {
    return !region.getTable().isSystemTable();
  }

  Map<String, Object> describe() {
    Map<String, Integer> counts = new TreeMap<>();
    regions.forEach((server, held) -> counts.put(server.getServerName(), held.size()));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("liveServers", counts.size());
    result.put("regionsByServer", counts);
    result.put("regions", total());
    result.put("regionsInTransition", inTransition);
    return result;
  }
}
