package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.QUICK;
import static dev.understudy.scenario.SocketScenario.REQUEST;
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

/** All forms of Retry-After that vendors send. */
class RetryAfterOnSocketsTest {

    private static final String LIMITED = "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow down.%s\"%s}}";

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    /** One form and its value. */
    enum RequestContent {
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

        RequestContent(ScriptedReply scriptedReply, long millis) {
            this.scriptedReply = scriptedReply;
            this.told = Duration.ofMillis(millis);
        }

        private static ScriptedReply limited() {
            return ScriptedReply.raw(429, "application/json", LIMITED.formatted("", ""));
        }
    }

    @ParameterizedTest
    @MethodSource("everyForm")
    void longRetryAfterInEveryFormFailsOver(SocketDialect dialect, CallKind kind, RequestContent said) {
        ScriptedServer limited = scenario.server().then(said.scriptedReply);
        ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.builder(
                        scenario.provider(dialect, "p1", limited, "k1"), scenario.provider(dialect, "p2", second, "k2"))
                .retry(QUICK.withMaxInPlaceWait(Duration.ofMillis(100)))
                .build();
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(FailureKind.RATE_LIMITED);
        // The key ring counts from the instant of the response.
        assertThat(result.failures().get(0).retryAfter()).isBetween(said.told.minusMillis(100), said.told);
        assertThat(limited.calls()).hasSize(1);
        assertThat(scenario.events(Event.FailedOver.class))
                .extracting(Event.FailedOver::after)
                .containsExactly(Duration.ZERO);
    }

    static Stream<Arguments> everyForm() {
        return SocketScenario.times(SocketScenario.everywhere(), (Object[]) RequestContent.values());
    }

    /** Runs chat and stream concurrently, because the delays pass in real time. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WORDS")
    void shortRetryAfterIsWaitedInPlace(RequestContent said) {
        Map<CallKind, ScriptedServer> servers = new EnumMap<>(CallKind.class);
        for (CallKind kind : CallKind.values()) {
            servers.put(kind, scenario.server().then(said.scriptedReply, ScriptedReply.text("Here I am.")));
        }
        List<CallResult> result = Flux.fromIterable(servers.entrySet())
                .flatMap(entry -> entry.getKey()
                        .ask(
                                scenario.understudy(
                                        scenario.provider(SocketDialect.OPENAI, "p1", entry.getValue(), "k1")),
                                REQUEST))
                .collectList()
                .block(CallKind.TIMEOUT);
        assertThat(result).hasSize(2).extracting(CallResult::text).containsOnly("Here I am.");
        assertThat(servers.values())
                .allSatisfy(server -> assertThat(gaps(server)).singleElement().satisfies(gap -> assertThat(gap)
                        .isBetween(said.told, said.told.plusSeconds(2))));
    }

    @EveryDialectAndKind
    void zeroOrMissingRetryAfterMeansBackoff(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .then(
                        ScriptedReply.status(429).withHeader("retry-after", "0"),
                        ScriptedReply.status(429),
                        ScriptedReply.text("Yes?"));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("Yes?");
        assertThat(result.failures()).extracting(Failure::retryAfter).containsOnlyNulls();
        assertThat(scenario.events(Event.Retrying.class))
                .extracting(Event.Retrying::after)
                .containsExactly(Duration.ofMillis(50), Duration.ofMillis(50));
    }

    @EveryDialectAndKind
    void longRetryAfterOfTheLastRouteFailsAllCallsAtOnce(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().then(ScriptedReply.rateLimited(Duration.ofMinutes(2)));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        for (int i = 0; i < 2; i++) {
            Failure failure = kind.result(understudy, REQUEST).exhausted().failure();
            assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
            assertThat(failure.retryAfter()).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(120));
        }
        assertThat(server.calls()).hasSize(1);
    }

    @EveryDialectAndKind
    void nextCallObeysTheCooldown(SocketDialect dialect, CallKind kind) {
        ScriptedServer limited = scenario.server().then(ScriptedReply.rateLimited(Duration.ofMinutes(5)));
        ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", limited, "k1"), scenario.provider(dialect, "p2", second, "k2"));
        kind.result(understudy, REQUEST);
        CallResult again = kind.result(understudy, REQUEST);
        assertThat(again.servedBy().provider()).isEqualTo("p2");
        assertThat(again.servedBy().requestedProvider()).isEqualTo("p1");
        assertThat(again.kinds()).containsExactly(FailureKind.SKIPPED);
        assertThat(limited.calls()).hasSize(1);
        assertThat(second.calls()).hasSize(2);
    }

    @EveryDialectAndKind
    void retryAfterOfOverloadIsObeyed(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .then(
                        ScriptedReply.status(503).withRetryAfter(Duration.ofMillis(250)),
                        ScriptedReply.text("Here I am."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("Here I am.");
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
