package opentsdb.platform.tables;

/** An outcome that the caller tells apart by the exit code; its message is one sentence for a person. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** The tables were made with other constants than the wanted ones. */
  static final int MISMATCH = 3;

  /** The cluster answers, but has no tables. */
  static final int MISSING = 4;

  /** What was waited for did not come about in time. */
  static final int TIMED_OUT = 5;

  private final int exitCode;

  Failure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
