package dev.understudy.examples.chaos;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Options of a run.
 *
 * @param rounds number of injections of each fault
 * @param faults the injected faults, in order
 * @param failover {@code false} to leave out the backup, to see the run fail
 * @param help {@code true} to print the usage only
 */
record ChaosOptions(int rounds, List<FaultScenario> faults, boolean failover, boolean help) {

    static final String USAGE = """
            Usage: ChaosDay [option ...]

              --rounds N            inject each fault N times; 1
              --faults NAME,NAME    inject these faults only; all
              --without-failover    leave out the backup, to see the run fail
              --help                this text

            Faults: %s

            Exit code: 0 if every expectation is met, 1 if one is not, 2 for wrong arguments.
            """;

    /** Thrown for invalid arguments; the message says what is wrong with them. */
    static final class Wrong extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Wrong(String reason) {
            super(reason);
        }
    }

    ChaosOptions {
        faults = List.copyOf(faults);
    }

    static ChaosOptions of(List<String> arguments) {
        ChaosOptions options = new ChaosOptions(1, FaultScenario.faults(), true, false);
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--help" -> options = new ChaosOptions(options.rounds, options.faults, options.failover, true);
                case "--without-failover" ->
                    options = new ChaosOptions(options.rounds, options.faults, false, options.help);
                case "--rounds" ->
                    options = new ChaosOptions(
                            rounds(value(arguments, ++i)), options.faults, options.failover, options.help);
                case "--faults" ->
                    options = new ChaosOptions(
                            options.rounds, faults(value(arguments, ++i)), options.failover, options.help);
                default -> throw new Wrong("There is no option " + argument);
            }
        }
        return options;
    }

    private static String value(List<String> arguments, int at) {
        if (at >= arguments.size() || arguments.get(at).startsWith("--")) {
            throw new Wrong(arguments.get(at - 1) + " needs a value");
        }
        return arguments.get(at);
    }

    private static int rounds(String number) {
        if (!number.matches("[1-9]\\d{0,4}")) {
            throw new Wrong("--rounds is a number from 1 to 99999, not " + number);
        }
        return Integer.parseInt(number);
    }

    private static List<FaultScenario> faults(String names) {
        return Arrays.stream(names.split(",")).map(ChaosOptions::fault).toList();
    }

    private static FaultScenario fault(String name) {
        return FaultScenario.faults().stream()
                .filter(fault -> fault.name().equals(name.strip().toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new Wrong("There is no fault " + name.strip()));
    }

    static String usage() {
        return String.format(USAGE, FaultScenario.faults());
    }
}
