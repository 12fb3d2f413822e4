package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CircuitState;
import dev.understudy.Event;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Notice;
import dev.understudy.chat.Trail;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NewsTest {

    private static final Event.CallId CALL =
            new Event.CallId(7, "support", "gpt-5", true, Map.of("customer", "somebody"));

    @Test
    void thereAreWordsForEveryEvent() {
        long events = Stream.of(Event.class, Notice.class)
                .flatMap(type -> Arrays.stream(Objects.requireNonNull(type.getPermittedSubclasses())))
                .filter(type -> type != Event.ProviderNotice.class)
                .count();
        assertThat(News.types()).doesNotHaveDuplicates().hasSize((int) events);
    }

    @Test
    void aCallIsToldByItsNumberAndModelAndNotByItsTags() {
        Failure why = Failure.of(FailureKind.OVERLOADED, "busy").withStatus(503, null);
        News news = News.of(new Event.FailedOver(CALL, "a", "m", "b", "n", Duration.ZERO, why));
        assertThat(news.type()).isEqualTo("call.failed_over");
        assertThat(news.agent()).isEqualTo("support");
        assertThat(news.data())
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
    void vendorsWordsAreNotToldForTheyMayQuoteThePrompt() {
        Failure quoting = Failure.of(FailureKind.INVALID_REQUEST, "bad content: 'my secret diary'");
        News news = News.of(new Event.FailedOver(CALL, "a", "m", "b", "n", Duration.ZERO, quoting));
        assertThat(news.data().toString()).doesNotContain("diary");
        Failure full = Failure.of(FailureKind.SKIPPED, "is at its limit");
        Trail.Entry skipped = Trail.Entry.skipped("a", "m", full);
        assertThat(News.of(new Event.RouteSkipped(CALL, skipped)).data()).containsEntry("message", "is at its limit");
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        News news =
                News.of(new Event.CircuitMoved("support", "a", "m", CircuitState.HALF_OPEN, CircuitState.CLOSED, null));
        assertThat(news.data())
                .containsExactly(
                        Map.entry("provider", "a"),
                        Map.entry("model", "m"),
                        Map.entry("from", "half_open"),
                        Map.entry("to", "closed"));
    }

    @Test
    void anAdaptedRequestTellsWhatWasDone() {
        Notice notice = new Notice.Adapted("a", "m", "tool_call_id", Notice.Change.RESPELLED);
        News news = News.of(new Event.ProviderNotice(CALL, notice));
        assertThat(news.type()).isEqualTo("request.adapted");
        assertThat(news.data()).containsEntry("parameter", "tool_call_id").containsEntry("change", "respelled");
    }

    @Test
    void aNoticeIsToldAsItself() {
        Notice gated = new Notice.KeyGated("a", "key-1234", FailureKind.AUTH, null);
        News news = News.of(new Event.ProviderNotice(CALL, gated));
        assertThat(news.type()).isEqualTo("key.gated");
        assertThat(news.data()).containsEntry("key", "key-1234").doesNotContainKey("for_ms");
    }
}
