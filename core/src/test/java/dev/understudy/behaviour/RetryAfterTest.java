package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.QUICK;
import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

/** Every way in which a vendor says when to come back, on the wire. */
class RetryAfterTest {

    private static final String LIMITED = "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow down.%s\"%s}}";

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    /** How it is said, and how long that is. */
    enum Said {
        INTEGER(limited().withHeader("retry-after", "1"), 1_000),
        FRACTION(limited().withHeader("retry-after", "0.3"), 300),
        MILLISECONDS(limited().withHeader("retry-after-ms", "150").withHeader("retry-after", "9"), 150),
        DATE(
                limited()
                        .withHeader("date", "Wed, 21 Oct 2026 07:28:00 GMT")
                        .withHeader("retry-after", "Wed, 21 Oct 2026 07:28:01 GMT"),
                1_000),
        FIELD_OF_THE_BODY(
                ScriptedReply.raw(429, "application/json", LIMITED.formatted("", ",\"retry_after\": 2.5")), 2_500),
        WORDS(ScriptedReply.raw(429, "application/json", LIMITED.formatted(" Retry-After 7", "")), 7_000);

        final ScriptedReply scriptedReply;
        final Duration told;

        Said(ScriptedReply scriptedReply, long millis) {
            this.scriptedReply = scriptedReply;
            this.told = Duration.ofMillis(millis);
        }

        private static ScriptedReply limited() {
            return ScriptedReply.raw(429, "application/json", LIMITED.formatted("", ""));
        }
    }

    @ParameterizedTest
    @MethodSource("everyForm")
    void everyFormIsUnderstoodAndALongWaitGoesToTheNextAtOnce(Wire wire, Door door, Said said) {
        ScriptedServer limited = stage.server().then(said.scriptedReply);
        ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = stage.builder(
                        stage.provider(wire, "p1", limited, "k1"), stage.provider(wire, "p2", second, "k2"))
                .retry(QUICK.withMaxInPlaceWait(Duration.ofMillis(100)))
                .build();
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(FailureKind.RATE_LIMITED);
        // The ring counts down from the moment it heard of it.
        assertThat(heard.failures().get(0).retryAfter()).isBetween(said.told.minusMillis(100), said.told);
        assertThat(limited.calls()).hasSize(1);
        assertThat(stage.events(Event.FailedOver.class))
                .extracting(Event.FailedOver::after)
                .containsExactly(Duration.ZERO);
    }

    static Stream<Arguments> everyForm() {
        return Rehearsal.times(Rehearsal.everywhere(), (Object[]) Said.values());
    }

    /** Both doors at once, for these waits are waited for in earnest. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WORDS")
    void aShortWaitIsWaitedInPlaceAndNeverShortened(Said said) {
        Map<Door, ScriptedServer> servers = new EnumMap<>(Door.class);
        for (Door door : Door.values()) {
            servers.put(door, stage.server().then(said.scriptedReply, ScriptedReply.text("Here I am.")));
        }
        List<Heard> heard = Flux.fromIterable(servers.entrySet())
                .flatMap(entry -> entry.getKey()
                        .ask(stage.understudy(stage.provider(Wire.OPENAI, "p1", entry.getValue(), "k1")), REQUEST))
                .collectList()
                .block(Door.SOON);
        assertThat(heard).hasSize(2).extracting(Heard::text).containsOnly("Here I am.");
        assertThat(servers.values())
                .allSatisfy(server -> assertThat(gaps(server)).singleElement().satisfies(gap -> assertThat(gap)
                        .isBetween(said.told, said.told.plusSeconds(2))));
    }

    @OnEveryWire
    void zeroAndAbsentMeanBackOff(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .then(
                        ScriptedReply.status(429).withHeader("retry-after", "0"),
                        ScriptedReply.status(429),
                        ScriptedReply.text("Yes?"));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("Yes?");
        assertThat(heard.failures()).extracting(Failure::retryAfter).containsOnlyNulls();
        assertThat(stage.events(Event.Retrying.class))
                .extracting(Event.Retrying::after)
                .containsExactly(Duration.ofMillis(50), Duration.ofMillis(50));
    }

    @OnEveryWire
    void aWaitLongerThanTheCapIsCappedWhenNobodyElseIsLeft(Wire wire, Door door) {
        ScriptedServer server =
                stage.server().then(ScriptedReply.rateLimited(Duration.ofHours(2)), ScriptedReply.text("Here I am."));
        Understudy understudy = stage.builder(stage.provider(wire, "p1", server, "k1"))
                .retry(QUICK.withMaxWait(Duration.ofMillis(200)))
                .build();
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(gaps(server)).singleElement().satisfies(gap -> assertThat(gap)
                .isBetween(Duration.ofMillis(200), Duration.ofSeconds(2)));
    }

    @OnEveryWire
    void whoAskedForALongWaitIsLeftAloneByTheNextCallToo(Wire wire, Door door) {
        ScriptedServer limited = stage.server().then(ScriptedReply.rateLimited(Duration.ofMinutes(5)));
        ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", limited, "k1"), stage.provider(wire, "p2", second, "k2"));
        door.hear(understudy, REQUEST);
        Heard again = door.hear(understudy, REQUEST);
        assertThat(again.served().provider()).isEqualTo("p2");
        assertThat(again.served().requestedProvider()).isEqualTo("p1");
        assertThat(again.kinds()).containsExactly(FailureKind.SKIPPED);
        assertThat(limited.calls()).hasSize(1);
        assertThat(second.calls()).hasSize(2);
    }

    @OnEveryWire
    void overloadIsToldToWaitInTheSameWay(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .then(
                        ScriptedReply.status(503).withRetryAfter(Duration.ofMillis(250)),
                        ScriptedReply.text("Here I am."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(gaps(server)).singleElement().satisfies(gap -> assertThat(gap)
                .isBetween(Duration.ofMillis(250), Duration.ofSeconds(2)));
    }

    private static List<Duration> gaps(ScriptedServer server) {
        List<RecordedRequest> calls = server.calls();
        return java.util.stream.IntStream.range(1, calls.size())
                .mapToObj(i -> calls.get(i).at().minus(calls.get(i - 1).at()))
                .toList();
    }
}
