package dev.understudy.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.ops.Spans;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.util.context.Context;

class CallObservationTest {

    private final Spans spans = new Spans();

    @Test
    void attemptWithTheNumberOfAnotherEndsTheOther() {
        CallObservation span = CallObservation.start(
                Conventions.of(spans.registry), "understudy", ChatRequest.of("m", "q"), true, Context.empty());
        Event.AttemptStarted started =
                new Event.AttemptStarted(new Event.CallId(1, "understudy", "m", true, Map.of()), "a", "m", 1, 3);
        span.attemptContext(started, Context.empty());
        span.attemptContext(started, Context.empty());
        span.end();
        spans.assertAllEnded();
        assertThat(spans.all()).hasSize(3);
    }

    @Test
    void attemptThatIsSkippedAfterItsStartEndsThere() {
        CallObservation span = CallObservation.start(
                Conventions.of(spans.registry), "understudy", ChatRequest.of("m", "q"), true, Context.empty());
        Event.CallId call = new Event.CallId(1, "understudy", "m", true, Map.of());
        span.attemptContext(new Event.AttemptStarted(call, "a", "a-1", 1, 3), Context.empty());
        span.attemptContext(new Event.AttemptStarted(call, "b", "b-1", 1, 3), Context.empty());
        Failure coolingDown = Failure.of(FailureKind.SKIPPED, "all keys cool down");
        span.on(new Event.RouteSkipped(call, AttemptLog.Attempt.skipped("a", "a-1", coolingDown)));
        assertThat(spans.all())
                .extracting(
                        ended -> Spans.key(ended, "understudy.provider") + " " + Spans.key(ended, "understudy.outcome"))
                .containsExactly("a skipped");
        span.end();
        spans.assertAllEnded();
    }
}
