package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * Reads the table "Scope and end of each consequence" of docs/decisions.md, provokes each row, and observes that it ends by
 * time and by an operator's action. The provider asked first is a server on a socket or a scripted one; all limits of
 * time are on a virtual clock.
 */
class ConsequencesTest {

    /** Rows of another module, provoked by PrefillRefusalsTest. */
    private static final Set<String> ELSEWHERE = Set.of("prefill left out after its refusal");

    private static final Duration LITTLE = Duration.ofMillis(1);

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.getOrSet();
    private final ScriptedServer server = ScriptedServer.start();
    private final ScriptedProvider scripted = ScriptedProvider.named("a");
    private final ScriptedProvider other = ScriptedProvider.named("b").always(ScriptedAnswer.text("from b"));
    private boolean streamed;

    @AfterEach
    void close() {
        server.close();
        VirtualTimeScheduler.reset();
    }

    /**
     * One consequence, provoked.
     *
     * @param affected asks once more and tells whether the consequence is in force
     * @param end time until it ends by itself, from its beginning
     * @param operator ends it at once
     */
    private record Provoked(
            Understudy understudy, BooleanSupplier affected, Duration end, Consumer<UnderstudyControl> operator) {

        Provoked(Understudy understudy, BooleanSupplier affected, Duration end) {
            this(understudy, affected, end, control -> control.release("a"));
        }
    }

    private final Map<String, Function<ConsequencesTest, Provoked>> provocations = provocations();

    private static Map<String, Function<ConsequencesTest, Provoked>> provocations() {
        Map<String, Function<ConsequencesTest, Provoked>> all = new LinkedHashMap<>();
        all.put("model cooldown after FORBIDDEN or MODEL_NOT_FOUND", test -> {
            test.server.then(ScriptedReply.error(404, "invalid_request_error", "model_not_found", "No such model"));
            return test.failingOver(test.overServer("k1"), Duration.ofMinutes(10));
        });
        all.put("model cooldown after a Retry-After", test -> {
            test.server.then(ScriptedReply.error(503, "server_error", "Busy").withRetryAfter(Duration.ofDays(366)));
            return test.failingOver(test.overServer("k1"), Duration.ofHours(1));
        });
        all.put("key cooldown after RATE_LIMITED", test -> {
            test.server.when(asked -> asked.key().equals("k1"), ScriptedReply.rateLimited(Duration.ofDays(366)));
            return test.withoutKey("k1", test.overServer("k1", "k2"), Duration.ofHours(1));
        });
        all.put("key cooldown after an empty rate-limit bucket (`x-ratelimit-remaining-…: 0`)", test -> {
            test.server.when(
                    asked -> asked.key().equals("k1"),
                    ScriptedReply.text("the last one")
                            .withHeader("x-ratelimit-remaining-requests", "0")
                            .withHeader("x-ratelimit-reset-requests", "60s"));
            return test.withoutKey("k1", test.overServer("k1", "k2"), Duration.ofMinutes(1));
        });
        all.put("key cooldown after QUOTA", test -> {
            test.server.when(
                    asked -> asked.key().equals("k1"),
                    ScriptedReply.error(429, "insufficient_quota", "insufficient_quota", "No credit left"));
            return test.withoutKey("k1", test.overServer("k1", "k2"), Duration.ofMinutes(10));
        });
        all.put("key cooldown after AUTH", test -> {
            test.server.when(
                    asked -> asked.key().equals("k1"),
                    ScriptedReply.error(401, "invalid_request_error", "invalid_api_key", "Incorrect API key"));
            return test.withoutKey("k1", test.overServer("k1", "k2"), Duration.ofMinutes(10));
        });
        all.put("circuit opened", test -> {
            test.scripted.then(failures(5, Failure.of(FailureKind.SERVER, "broken")));
            test.scripted.always(ScriptedAnswer.text("from a"));
            Understudy understudy = test.over(
                    builder -> builder.failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(1_000)));
            for (int i = 0; i < 5; i++) {
                test.ask(understudy, "m");
            }
            return new Provoked(understudy, () -> !"a".equals(test.ask(understudy, "m")), Duration.ofSeconds(18));
        });
        all.put(
                "provider out of rotation after failures of several models"
                        + " ([rule](model_failover.md#a-provider-that-fails-for-several-models))",
                test -> {
                    test.scripted.then(failures(5, Failure.of(FailureKind.SERVER, "broken")));
                    test.scripted.always(ScriptedAnswer.text("from a"));
                    Understudy understudy = test.over(builder ->
                            builder.failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(1_000)));
                    for (int i = 0; i < 5; i++) {
                        test.ask(understudy, "m" + i);
                    }
                    return new Provoked(
                            understudy, () -> !"a".equals(test.ask(understudy, "m")), Duration.ofSeconds(18));
                });
        all.put("other provider active after consecutive failures", test -> {
            test.scripted.then(failures(3, Failure.of(FailureKind.SERVER, "broken")));
            test.scripted.always(ScriptedAnswer.text("from a"));
            Understudy understudy = test.over(
                    builder -> builder.failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(3)));
            for (int i = 0; i < 3; i++) {
                test.ask(understudy, "m");
            }
            return new Provoked(
                    understudy,
                    () -> !"a".equals(test.ask(understudy, "m")),
                    FailoverPolicy.defaults().returnAfter(),
                    control -> control.switchTo("a"));
        });
        all.put("parameter left out after UNSUPPORTED", test -> {
            test.server.rule(asked -> asked.text().contains("temperature")
                    ? ScriptedReply.error(
                            400,
                            "invalid_request_error",
                            "unsupported_parameter",
                            "Unsupported parameter: 'temperature'")
                    : null);
            Understudy understudy = test.overServer("k1");
            test.ask(understudy, "m");
            return new Provoked(
                    understudy,
                    () -> {
                        int before = test.server.calls().size();
                        test.ask(understudy, "m");
                        return test.server.calls().size() == before + 1;
                    },
                    Duration.ofHours(1));
        });
        all.put("context window learned from an overflow, see [below](#context-windows-that-are-learned)", test -> {
            Failure overflow = Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long")
                    .withStatus(400, "context_length_exceeded")
                    .withWindow(400);
            test.scripted.then(
                    ScriptedAnswer.fail(overflow),
                    ScriptedAnswer.fail(overflow),
                    ScriptedAnswer.fail(overflow),
                    ScriptedAnswer.fail(overflow));
            test.scripted.always(ScriptedAnswer.text("from a"));
            Understudy understudy = test.over(builder -> builder.contextWindow(ContextWindow.defaults()));
            test.askAtLength(understudy);
            test.askAtLength(understudy);
            return new Provoked(understudy, () -> test.askAtLength(understudy) < LENGTH, Duration.ofHours(1));
        });
        all.put("tokens taken from the limit per minute by a reported usage", test -> {
            test.scripted.then(ScriptedAnswer.text("from a").withUsage(Usage.of(1, Integer.MAX_VALUE)));
            test.scripted.always(ScriptedAnswer.text("from a"));
            ProviderOptions limited = ProviderOptions.defaults()
                    .withLimits(ProviderOptions.RateLimits.none().withTokensPerMinute(100_000));
            Understudy understudy = Understudy.builder()
                    .provider(test.scripted, limited)
                    .provider(test.other)
                    .scheduler(test.clock)
                    .retry(RetryPolicy.none())
                    .build();
            test.ask(understudy, "m");
            return new Provoked(understudy, () -> !"a".equals(test.ask(understudy, "m")), Duration.ofMinutes(11));
        });
        return all;
    }

    static Stream<Arguments> rows() throws IOException {
        return table().keySet().stream()
                .filter(row -> provocations().containsKey(row))
                .flatMap(row -> Stream.of(Arguments.of(row, false), Arguments.of(row, true)));
    }

    @Test
    void everyRowIsProvokedAndNamesItsScopeEndAndOperator() throws IOException {
        Map<String, List<String>> table = table();
        assertThat(table.keySet()).containsAll(provocations.keySet()).containsAll(ELSEWHERE);
        assertThat(table.keySet().stream()
                        .filter(row -> !provocations.containsKey(row))
                        .filter(row -> !ELSEWHERE.contains(row)))
                .containsExactly("retry, back-off, next route");
        assertThat(table.values())
                .allSatisfy(cells -> assertThat(cells).hasSize(3).doesNotContain(""));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void consequenceEndsByItself(String row, boolean streamed) {
        this.streamed = streamed;
        Provoked provoked = provocations.get(row).apply(this);
        assertThat(provoked.affected.getAsBoolean()).as("in force").isTrue();
        clock.advanceTimeBy(provoked.end.plus(LITTLE));
        assertThat(provoked.affected.getAsBoolean()).as("after its end").isFalse();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void operatorEndsConsequence(String row, boolean streamed) {
        this.streamed = streamed;
        Provoked provoked = provocations.get(row).apply(this);
        assertThat(provoked.affected.getAsBoolean()).as("in force").isTrue();
        provoked.operator.accept(provoked.understudy.control());
        assertThat(provoked.affected.getAsBoolean())
                .as("after the operator's action")
                .isFalse();
    }

    private Provoked failingOver(Understudy understudy, Duration end) {
        server.always(ScriptedReply.text("from a"));
        assertThat(ask(understudy, "m")).isEqualTo("b");
        return new Provoked(understudy, () -> !"a".equals(ask(understudy, "m")), end);
    }

    /** Affected while two calls, which would use the two keys in turn, do not send this one. */
    private Provoked withoutKey(String key, Understudy understudy, Duration end) {
        server.always(ScriptedReply.text("from a"));
        ask(understudy, "m");
        ask(understudy, "m");
        return new Provoked(
                understudy,
                () -> {
                    int before = server.calls().size();
                    ask(understudy, "m");
                    ask(understudy, "m");
                    return server.calls().stream().skip(before).noneMatch(call -> call.key()
                            .equals(key));
                },
                end);
    }

    private Understudy overServer(String... keys) {
        Endpoint endpoint = Endpoint.of("a", server.url(), keys);
        return Understudy.builder()
                .provider(Providers.openAiCompatible(endpoint, OpenAiCompatibility.defaults()))
                .provider(other)
                .scheduler(clock)
                .retry(RetryPolicy.none())
                .build();
    }

    private Understudy over(UnaryOperator<UnderstudyBuilder> options) {
        return options.apply(Understudy.builder()
                        .provider(scripted)
                        .provider(other)
                        .scheduler(clock)
                        .circuit(CircuitPolicy.defaults())
                        .retry(RetryPolicy.none()))
                .build();
    }

    private static ScriptedAnswer[] failures(int count, Failure failure) {
        return Stream.generate(() -> ScriptedAnswer.fail(failure)).limit(count).toArray(ScriptedAnswer[]::new);
    }

    private static final int LENGTH = 9;

    /** Asks with a conversation of {@link #LENGTH} messages and returns the number that the provider was sent last. */
    private int askAtLength(Understudy understudy) {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < LENGTH / 2; i++) {
            messages.add(Message.user("word ".repeat(80)));
            messages.add(Message.assistant("word ".repeat(80)));
        }
        messages.add(Message.user("And now?"));
        run(understudy, ChatRequest.of("m", messages));
        return scripted.requests()
                .get(scripted.requests().size() - 1)
                .messages()
                .size();
    }

    private @Nullable String ask(Understudy understudy, String model) {
        return run(understudy, ChatRequest.of(model, "Who is there?").withTemperature(0.5));
    }

    /** Returns the name of the provider that served; {@code null} after a failure. */
    private @Nullable String run(Understudy understudy, ChatRequest request) {
        try {
            return streamed
                    ? understudy.stream(request)
                            .ofType(StreamChunk.Finish.class)
                            .map(finish -> finish.servedBy().provider())
                            .blockLast(Duration.ofSeconds(20))
                    : understudy
                            .chat(request)
                            .map(response -> response.servedBy().provider())
                            .block(Duration.ofSeconds(20));
        } catch (ChatException failed) {
            return null;
        }
    }

    /** Cells of each row behind its first cell. */
    private static Map<String, List<String>> table() throws IOException {
        Path page = Path.of(System.getProperty("understudy.root", ".."), "docs", "decisions.md");
        String text = Files.readString(page);
        int start = text.indexOf("## Scope and end of each consequence");
        Map<String, List<String>> rows = new LinkedHashMap<>();
        text.substring(start, text.indexOf("\n## ", start + 1))
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .map(line -> Arrays.stream(line.split("\\|")).map(String::trim).toList())
                .forEach(cells -> rows.put(cells.get(1), cells.subList(2, cells.size())));
        return rows;
    }
}
