/** How often a plugin looks whether the engine that started it still lives, in milliseconds. */
const PARENT_CHECK = 2_000;

/**
 * Calls `stop` once: on SIGTERM, on SIGINT, or when the process that started this one has gone. A killed engine
 * would otherwise leave its plugins running.
 */
export function stopWithParent(stop: () => void): void {
  let stopped = false;
  const once = (): void => {
    if (!stopped) stop();
    stopped = true;
  };
  process.on("SIGTERM", once);
  process.on("SIGINT", once);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) once();
  }, PARENT_CHECK).unref();
}

/** The engine's address among a plugin's arguments: the last that looks like host:port. */
export function engineAddressIn(args: readonly string[]): string | undefined {
  return args.findLast((arg) => /^[^\s/=]+:\d+$/.test(arg));
}
