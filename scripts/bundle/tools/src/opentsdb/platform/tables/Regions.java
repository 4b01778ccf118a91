package opentsdb.platform.tables;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.hbase.ClusterMetrics;
import org.apache.hadoop.hbase.ServerName;
import org.apache.hadoop.hbase.client.AsyncAdmin;
import org.apache.hadoop.hbase.client.RegionInfo;
import org.apache.hadoop.hbase.util.Bytes;

/** Moves regions off a server before it stops, back when it is there again, and tells where they are. */
final class Regions {
  /** A server that has only just registered may refuse regions; it is offered them again after this. */
  private static final long HELP_EVERY_NANOS = 3_000_000_000L;

  private final AsyncAdmin admin;
  private final Deadline deadline;
  private String lastMoveFault = "none failed";

  Regions(AsyncAdmin admin, Deadline deadline) {
    this.admin = admin;
    this.deadline = deadline;
  }

  Cluster look() throws Failure, InterruptedException {
    return deadline.answer("where the regions are", this::ask);
  }

  /** Asks each server itself: what the master was last told by heartbeat is up to 3 s old. */
  private CompletableFuture<Cluster> ask() {
    return admin
        .getClusterMetrics(
            EnumSet.of(
                ClusterMetrics.Option.SERVERS_NAME, ClusterMetrics.Option.REGIONS_IN_TRANSITION))
        .thenCompose(this::askServers);
  }

  private CompletableFuture<Cluster> askServers(ClusterMetrics metrics) {
    Map<ServerName, CompletableFuture<List<RegionInfo>>> asked = new HashMap<>();
    metrics.getServersName().forEach(server -> asked.put(server, admin.getRegions(server)));
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              Map<ServerName, List<RegionInfo>> regions = new HashMap<>();
              asked.forEach((server, answer) -> regions.put(server, answer.join()));
              return new Cluster(regions, metrics.getRegionStatesInTransition().size());
            });
  }

  /** Waits until so many region servers are live. */
  void awaitServers(long wanted) throws Failure, InterruptedException {
    while (true) {
      ClusterMetrics metrics =
          deadline.answer(
              "live region servers",
              () -> admin.getClusterMetrics(EnumSet.of(ClusterMetrics.Option.SERVERS_NAME)));
      int live = metrics.getServersName().size();
      if (live >= wanted) {
        return;
      }
      if (deadline.passed()) {
        throw new Failure(
            Failure.TIMED_OUT,
            String.format(
                "After %d s %d of %d region servers are live; look at the journals of the missing ones.",
                deadline.seconds(), live, wanted));
      }
      deadline.pause();
    }
  }

  /**
   * Waits until the server is live, started no earlier than {@code startedAfter} (milliseconds since
   * 1970; 0 accepts any), holds its share and nothing is in transition; helps with moves.
   */
  Map<String, Object> rejoin(String name, long startedAfter) throws Failure, InterruptedException {
    String state;
    long helpAgain = System.nanoTime();
    do {
      Cluster cluster = look();
      Optional<ServerName> server =
          cluster.find(name).filter(found -> found.getStartCode() >= startedAfter);
      if (server.isEmpty()) {
        state = "it is not among the live servers " + cluster.regions().keySet();
      } else if (cluster.inTransition() > 0) {
        state = cluster.inTransition() + " regions are in transition";
      } else if (cluster.holdsShare(server.get())) {
        return report(server.get(), cluster);
      } else {
        state =
            String.format(
                "it holds %d regions of a fair share of %d (last move: %s)",
                cluster.regions().get(server.get()).size(), cluster.fairShare(), lastMoveFault);
        if (System.nanoTime() >= helpAgain) {
          giveShare(cluster, server.get());
          helpAgain = System.nanoTime() + HELP_EVERY_NANOS;
          continue;
        }
      }
      deadline.pause();
    } while (!deadline.passed());
    throw timedOut(name, "has not rejoined", state);
  }

  /** Gives a live server its fair share at once, and lets the master assign regions to it again. */
  Map<String, Object> load(String name) throws Failure, InterruptedException {
    Cluster cluster = look();
    ServerName server = require(cluster, name);
    giveShare(cluster, server);
    return report(server, look());
  }

  /**
   * Has the master move every region elsewhere and assign none to this server any more. The master
   * remembers this for this very start of the server; the next start is free of it.
   */
  Map<String, Object> unload(String name) throws Failure, InterruptedException {
    Cluster before = look();
    ServerName server = require(before, name);
    int held = before.regions().get(server).size();
    if (before.regions().size() == 1) {
      Map<String, Object> result = report(server, before);
      result.put("note", "it is the only live region server, so its regions stay");
      return result;
    }
    deadline.answer(
        "unloading " + name, () -> admin.decommissionRegionServers(List.of(server), true));
    Cluster now = look();
    int left = now.regions().getOrDefault(server, List.of()).size();
    while (left + now.inTransition() > 0) {
      if (deadline.passed()) {
        throw timedOut(
            name,
            "is not empty",
            String.format(
                "%d of %d regions are left, %d are in transition", left, held, now.inTransition()));
      }
      deadline.pause();
      now = look();
      left = now.regions().getOrDefault(server, List.of()).size();
    }
    return report(server, now);
  }

  private ServerName require(Cluster cluster, String name) throws Failure {
    return cluster
        .find(name)
        .orElseThrow(
            () ->
                new Failure(
                    Failure.TIMED_OUT,
                    String.format(
                        "Region server %s is not live; live are %s.", name, cluster.regions().keySet())));
  }

  /** Offers the server what it lacks; a refused move is kept for the message, as the caller looks again. */
  private void giveShare(Cluster cluster, ServerName server) throws Failure, InterruptedException {
    List<ServerName> unloaded =
        deadline.answer("unloaded servers", admin::listDecommissionedRegionServers);
    for (ServerName former : unloaded) {
      // An earlier start of this server leaves its mark in ZooKeeper when it goes; it is cleared here.
      if (former.getAddress().equals(server.getAddress())) {
        deadline.answer("clearing " + former, () -> admin.recommissionRegionServer(former, List.of()));
      }
    }
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (Cluster.Move move : cluster.movesTo(server)) {
      running.add(
          admin.move(Bytes.toBytes(move.region().getEncodedName()), move.target()));
    }
    for (CompletableFuture<Void> move : running) {
      try {
        deadline.within(move);
      } catch (ExecutionException | TimeoutException e) {
        // A region that is split or moved meanwhile needs no help; the caller looks again anyway.
        lastMoveFault = Deadline.firstLine(e instanceof ExecutionException ? e.getCause() : e);
      }
    }
  }

  private static Map<String, Object> report(ServerName server, Cluster cluster) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("server", server.getServerName());
    result.putAll(cluster.describe());
    return result;
  }

  private Failure timedOut(String name, String what, String state) {
    return new Failure(
        Failure.TIMED_OUT,
        String.format(
            "Region server %s %s after %d s: %s.", name, what, deadline.seconds(), state));
  }
}
