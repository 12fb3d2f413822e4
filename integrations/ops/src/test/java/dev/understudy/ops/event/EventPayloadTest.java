package dev.understudy.ops.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EventPayloadTest {

    private static final Event.CallId CALL =
            new Event.CallId(7, "support", "gpt-5", true, Map.of("customer", "somebody"));

    @Test
    void thereAreWordsForEveryEvent() {
        long events = Stream.of(Event.class, ProviderEvent.class)
                .flatMap(type -> Arrays.stream(Objects.requireNonNull(type.getPermittedSubclasses())))
                .filter(type -> type != Event.ProviderReported.class)
                .count();
        assertThat(EventPayload.types()).doesNotHaveDuplicates().hasSize((int) events);
    }

    @Test
    void callIsNamedByNumberAndModelWithoutTags() {
        Failure why = Failure.of(FailureKind.OVERLOADED, "busy").withStatus(503, null);
        EventPayload eventPayload = EventPayload.of(
                new Event.FailedOver(CALL, new Event.Route("a", "m"), new Event.Route("b", "n"), Duration.ZERO, why));
        assertThat(eventPayload.type()).isEqualTo("call.failed_over");
        assertThat(eventPayload.agent()).isEqualTo("support");
        assertThat(eventPayload.data())
                .containsExactly(
                        Map.entry("call", 7L),
                        Map.entry("requested_model", "gpt-5"),
                        Map.entry("stream", true),
                        Map.entry("from_provider", "a"),
                        Map.entry("from_model", "m"),
                        Map.entry("to_provider", "b"),
                        Map.entry("to_model", "n"),
                        Map.entry("after_ms", 0.0),
                        Map.entry("kind", "overloaded"),
                        Map.entry("status", 503));
    }

    @Test
    void vendorMessagesAreLeftOutAsTheyMayQuoteThePrompt() {
        Failure quoting = Failure.of(FailureKind.INVALID_REQUEST, "bad content: 'my secret diary'");
        EventPayload eventPayload = EventPayload.of(new Event.FailedOver(
                CALL, new Event.Route("a", "m"), new Event.Route("b", "n"), Duration.ZERO, quoting));
        assertThat(eventPayload.data().toString()).doesNotContain("diary");
        Failure full = Failure.of(FailureKind.SKIPPED, "is at its limit");
        AttemptLog.Attempt skipped = AttemptLog.Attempt.skipped("a", "m", full);
        assertThat(EventPayload.of(new Event.RouteSkipped(CALL, skipped)).data())
                .containsEntry("message", "is at its limit");
    }

    @Test
    void unknownValuesAreLeftOut() {
        EventPayload eventPayload = EventPayload.of(new Event.CircuitStateChanged(
                "support", "a", "m", ProviderStatus.CircuitState.HALF_OPEN, ProviderStatus.CircuitState.CLOSED, null));
        assertThat(eventPayload.data())
                .containsExactly(
                        Map.entry("provider", "a"),
                        Map.entry("model", "m"),
                        Map.entry("from", "half_open"),
                        Map.entry("to", "closed"));
    }

    @Test
    void adaptedRequestReportsItsChanges() {
        ProviderEvent providerEvent =
                new ProviderEvent.RequestAdapted("a", "m", "tool_call_id", ProviderEvent.Change.REWRITTEN);
        EventPayload eventPayload = EventPayload.of(new Event.ProviderReported(CALL, providerEvent));
        assertThat(eventPayload.type()).isEqualTo("request.adapted");
        assertThat(eventPayload.data())
                .containsEntry("parameter", "tool_call_id")
                .containsEntry("change", "rewritten");
    }

    @Test
    void providerEventHasItsOwnPayload() {
        ProviderEvent gated = new ProviderEvent.KeyCoolingDown("a", "key-1234", FailureKind.AUTH, null);
        EventPayload eventPayload = EventPayload.of(new Event.ProviderReported(CALL, gated));
        assertThat(eventPayload.type()).isEqualTo("key.cooldown");
        assertThat(eventPayload.data()).containsEntry("key", "key-1234").doesNotContainKey("for_ms");
    }
}
