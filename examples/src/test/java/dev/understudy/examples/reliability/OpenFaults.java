package dev.understudy.examples.reliability;

import java.util.Set;

/** Names of faults that do not end as they must yet. They are not run, and the documentation calls them open. */
final class OpenFaults {

    private static final Set<String> NAMES = Set.of(
            "context overflow",
            "every provider rate limited",
            "500 that speaks of the context length",
            "request too large for a proxy",
            "request larger than the tokens per minute",
            "every provider restarts",
            "the only provider restarts in the middle",
            "twenty callers at a rate limit",
            "full cache inside the answer",
            "end without a finish reason",
            "limit reached without words");

    private OpenFaults() {}

    static boolean contains(Fault fault) {
        return NAMES.contains(fault.name());
    }

    static Set<String> names() {
        return NAMES;
    }
}
