package dev.understudy.ops;

import dev.understudy.Timeouts;
import java.time.Duration;
import java.util.List;

/** {@link Timeouts}, of models that answer at once and of those that think first. */
final class TimeoutKeys {

    static final Section<Timeouts> SECTION = section("timeouts", "how long silence is borne", Timeouts.defaults());

    static final Section<Timeouts> REASONING =
            section("reasoningTimeouts", "the same for models that think before they answer", Timeouts.reasoning());

    private TimeoutKeys() {}

    private static Section<Timeouts> section(String name, String doc, Timeouts usual) {
        Key<Duration> firstContent = Key.of(
                "firstContent",
                Scalars.DURATION,
                usual.firstContent(),
                "from the request to the first content of a stream");
        Key<Duration> idle = Key.of("idle", Scalars.DURATION, usual.idle(), "between two pieces of content");
        Key<Duration> response =
                Key.of("response", Scalars.DURATION, usual.response(), "from the request to a whole answer");
        Key<Duration> total = Key.of("total", Scalars.DURATION, usual.total(), "the whole of one attempt");
        return new Section<>(
                name,
                doc,
                List.of(firstContent, idle, response, total),
                said -> new Timeouts(said.get(firstContent), said.get(idle), said.get(response), said.get(total)));
    }
}
