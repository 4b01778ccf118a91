/**
 * Log configuration (reload4j) for a service whose standard output is the journal, which adds the time itself.
 *
 * @param levels levels of single loggers, e.g. `{ "org.apache.zookeeper": "WARN" }`
 */
export function consoleLogging(levels: Readonly<Record<string, string>> = {}, root = "INFO"): string {
  const loggers = Object.keys(levels)
    .sort()
    .map((name) => `log4j.logger.${name}=${levels[name] ?? ""}\n`);
  return `log4j.rootLogger=${root},journal
log4j.appender.journal=org.apache.log4j.ConsoleAppender
log4j.appender.journal.layout=org.apache.log4j.PatternLayout
log4j.appender.journal.layout.ConversionPattern=%-5p [%t] %c{2}: %m%n
${loggers.join("")}`;
}
