package dev.understudy.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
import dev.understudy.ops.Spans;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.util.context.Context;

class CallObservationTest {

    private final Spans spans = new Spans();

    @Test
    void attemptWithTheNumberOfAnotherEndsTheOther() {
        CallObservation span =
                CallObservation.start(spans.registry, "understudy", ChatRequest.of("m", "q"), true, Context.empty());
        Event.AttemptStarted started =
                new Event.AttemptStarted(new Event.CallId(1, "understudy", "m", true, Map.of()), "a", "m", 1, 3);
        span.attemptContext(started, Context.empty());
        span.attemptContext(started, Context.empty());
        span.end();
        spans.assertAllEnded();
        assertThat(spans.all()).hasSize(3);
    }
}
