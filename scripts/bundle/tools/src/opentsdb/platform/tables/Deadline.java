package opentsdb.platform.tables;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The moment until which a command may wait; monotonic, so a clock that is set does not move it. */
final class Deadline {
  private static final long POLL_MILLIS = 250;
  /** The longest that one call to the cluster may take before it is asked again. */
  private static final long CALL_MILLIS = 5_000;

  private final long end;
  private final long seconds;
  private String lastFault = "it gave no answer";

  Deadline(long seconds) {
    this.seconds = seconds;
    this.end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  boolean passed() {
    return System.nanoTime() >= end;
  }

  void pause() throws InterruptedException {
    Thread.sleep(POLL_MILLIS);
  }

  /** A call to the cluster. */
  @FunctionalInterface
  interface Call<T> {
    CompletableFuture<T> start() throws Exception;
  }

  /** Makes the call until it answers: a cluster that forms or fails over refuses calls for a while. */
  <T> T answer(String what, Call<T> call) throws Failure, InterruptedException {
    do {
      try {
        return within(call.start());
      } catch (ExecutionException e) {
        lastFault = firstLine(e.getCause());
      } catch (TimeoutException e) {
        lastFault = "a call took longer than " + CALL_MILLIS / 1000 + " s";
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        lastFault = firstLine(e);
      }
      pause();
    } while (!passed());
    throw new Failure(
        Failure.TIMED_OUT,
        String.format(
            "HBase did not answer (%s) within %d s: %s. Look at the journal of the HBase master.",
            what, seconds, lastFault));
  }

  /**
   * Waits for one call. The first call of a process needs a second for itself, so that a call has its
   * time even where no waiting is asked for.
   */
  <T> T within(CompletableFuture<T> call)
      throws ExecutionException, TimeoutException, InterruptedException {
    return call.get(CALL_MILLIS, TimeUnit.MILLISECONDS);
  }

  long seconds() {
    return seconds;
  }

  /** Milliseconds left; 1 at least, so that it can serve as a timeout. */
  long millisLeft() {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
  }

  static String firstLine(Throwable fault) {
    String text = String.valueOf(fault);
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
