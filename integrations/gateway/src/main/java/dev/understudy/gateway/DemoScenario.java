package dev.understudy.gateway;

import dev.understudy.chat.Usage;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A fault scenario on {@link ScenarioServers}.
 *
 * @param name name of the scenario and of its agent
 * @param primary behaviour of the first server
 * @param second behaviour of the second server
 * @param countsFailures {@code true} if the circuit breaker counts failures of the first
 */
record DemoScenario(String name, Behaviour primary, Behaviour second, boolean countsFailures) {

    /** Configures the behaviour of a server. */
    @FunctionalInterface
    interface Behaviour {
        void configure(ScriptedServer server);
    }

    private static final Duration NEVER = Duration.ofMinutes(5);

    private static final Duration OUTAGE = Duration.ofMillis(1_500);

    /** Sixty tokens, so that positions in the middle are easy to name. */
    private static final String[] TOKENS = IntStream.rangeClosed(1, 60)
            .mapToObj(number -> (number == 1 ? "" : " ") + "word" + number)
            .toArray(String[]::new);

    static final String ANSWER = String.join("", TOKENS);

    private static final String OVERFLOW =
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.";

    static final List<DemoScenario> ALL = List.of(
            backed("quiet", server -> server.always(answer())),
            backed("slow", server -> server.always(answer().between(Duration.ofMillis(100)))),
            backed(
                    "tools",
                    server -> server.always(ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Bern\"}")
                            .withUsage(Usage.of(20, 9)))),
            backed("rate-limited-once", server -> server.then(ScriptedReply.rateLimited(Duration.ofSeconds(2)))
                    .always(answer())),
            backed("broken-once", server -> server.then(ScriptedReply.error(500, "server_error", "It broke"))
                    .always(answer())),
            backed("overloaded", server -> server.always(ScriptedReply.error(503, "server_error", "No capacity left"))),
            backed("reset-once", server -> server.then(answer().reset(ScriptedReply.FaultPoint.nothing()))
                    .always(answer())),
            backed("no-answer", server -> server.always(answer().beforeHeaders(NEVER))),
            backed("slow-first-token", server -> server.always(answer().beforeFirst(NEVER))),
            backed("cut", server -> server.always(answer().cut(ScriptedReply.FaultPoint.tokens(40)))),
            backed("stall", server -> server.always(answer().stall(ScriptedReply.FaultPoint.tokens(40)))),
            backed("garbled", server -> server.always(answer().garble(ScriptedReply.FaultPoint.tokens(40)))),
            backed(
                    "error-in-band",
                    server -> server.always(
                            answer().fail(ScriptedReply.FaultPoint.tokens(40), "server_error", "The engine died"))),
            differing("cut-other-answer", paced().cut(ScriptedReply.FaultPoint.tokens(40))),
            differing("stall-other-answer", paced().stall(ScriptedReply.FaultPoint.tokens(40))),
            differing("garbled-other-answer", paced().garble(ScriptedReply.FaultPoint.tokens(40))),
            differing(
                    "error-in-band-other-answer",
                    paced().fail(ScriptedReply.FaultPoint.tokens(40), "server_error", "The engine died")),
            backed("no-done", server -> server.always(answer().withoutTerminal())),
            backed("no-finish", server -> server.always(answer().withoutFinish().withoutTerminal())),
            alone("too-long", ScriptedReply.error(400, "invalid_request_error", "context_length_exceeded", OVERFLOW)),
            alone(
                    "against-policy",
                    ScriptedReply.error(400, "invalid_request_error", "content_policy_violation", "Refused by policy")),
            alone("rate-limited", ScriptedReply.rateLimited(Duration.ofSeconds(40))),
            alone("all-down", ScriptedReply.error(503, "server_error", "No capacity left")),
            new DemoScenario("wrong-key", echoing("lead-key"), echoing("second-key"), false),
            new DemoScenario("outage", DemoScenario::outage, server -> server.always(answer()), true));

    /** Fails for a while from the 21st request on. */
    private static void outage(ScriptedServer server) {
        AtomicReference<Duration> start = new AtomicReference<>();
        server.rule(request -> {
                    if (request.number() == 21) {
                        start.set(request.at());
                    }
                    Duration since = start.get();
                    boolean down = since != null && request.at().minus(since).compareTo(OUTAGE) < 0;
                    return down ? ScriptedReply.status(503) : null;
                })
                .always(answer());
    }

    private static ScriptedReply answer() {
        return ScriptedReply.tokens(TOKENS).withUsage(Usage.of(12, 60));
    }

    /** Tokens arrive one by one, so that the beginning is delivered before the fault. */
    private static ScriptedReply paced() {
        return answer().between(Duration.ofMillis(5));
    }

    /**
     * The second server answers in other words from the 21st token on, so that the replay of an interrupted stream finds
     * no equal answer.
     */
    private static DemoScenario differing(String name, ScriptedReply always) {
        String[] tokens = TOKENS.clone();
        for (int i = 20; i < tokens.length; i++) {
            tokens[i] = " other" + (i + 1);
        }
        ScriptedReply other = ScriptedReply.tokens(tokens).withUsage(Usage.of(12, 60));
        return new DemoScenario(name, server -> server.always(always), server -> server.always(other), false);
    }

    private static DemoScenario backed(String name, Behaviour primary) {
        return new DemoScenario(name, primary, server -> server.always(answer()), false);
    }

    /** A vendor whose response repeats what it was sent. */
    private static Behaviour echoing(String key) {
        return server -> server.always(
                ScriptedReply.error(401, "invalid_request_error", "invalid_api_key", "Wrong key: " + key));
    }

    /** Both servers behave alike. */
    private static DemoScenario alone(String name, ScriptedReply always) {
        return new DemoScenario(name, server -> server.always(always), server -> server.always(always), false);
    }

    static String names() {
        return ALL.stream().map(DemoScenario::name).collect(Collectors.joining(", "));
    }
}
