package opentsdb.platform.tables;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The {@code --name value} pairs after the subcommand. */
final class Arguments {
  private final Map<String, String> values = new HashMap<>();

  Arguments(String[] words, Set<String> known) throws Failure {
    for (int i = 1; i < words.length; i += 2) {
      String name = words[i];
      if (!name.startsWith("--") || !known.contains(name.substring(2))) {
        throw new Failure(
            Failure.USAGE,
            String.format("%s does not know %s; it takes %s.", words[0], name, describe(known)));
      }
      if (i + 1 == words.length) {
        throw new Failure(Failure.USAGE, name + " needs a value.");
      }
      values.put(name.substring(2), words[i + 1]);
    }
  }

  String text(String name) throws Failure {
    String value = values.get(name);
    if (value == null) {
      throw new Failure(Failure.USAGE, "--" + name + " is missing.");
    }
    return value;
  }

  String text(String name, String fallback) {
    return values.getOrDefault(name, fallback);
  }

  long number(String name, long least, long most) throws Failure {
    String value = text(name);
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, together with what is out of range.
    }
    throw new Failure(
        Failure.USAGE,
        String.format("--%s is %s; it must be a number from %d to %d.", name, value, least, most));
  }

  long number(String name, long least, long most, long fallback) throws Failure {
    return values.containsKey(name) ? number(name, least, most) : fallback;
  }

  private static String describe(Set<String> known) {
    StringBuilder names = new StringBuilder();
    known.stream().sorted().forEach(name -> names.append(names.isEmpty() ? "--" : ", --").append(name));
    return names.toString();
  }
}
