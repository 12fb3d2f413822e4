package dev.understudy.examples.gateway;

import dev.understudy.chat.Usage;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What happens to a call on the {@link ScenarioServers}.
 *
 * @param name of the scene and its chain
 * @param lead how the first server behaves
 * @param second how the other one does
 * @param remembered whether failures are held against the lead
 */
record DemoScenario(String name, Part lead, Part second, boolean remembered) {

    /** How a server behaves. */
    @FunctionalInterface
    interface Part {
        void learn(ScriptedServer server);
    }

    private static final Duration NEVER = Duration.ofMinutes(5);

    private static final Duration OUTAGE = Duration.ofMillis(1_500);

    /** Sixty tokens, so that a place in the middle is easy to name. */
    private static final String[] TOKENS = IntStream.rangeClosed(1, 60)
            .mapToObj(number -> (number == 1 ? "" : " ") + "word" + number)
            .toArray(String[]::new);

    static final String PLAY = String.join("", TOKENS);

    private static final String OVERFLOW =
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.";

    static final List<DemoScenario> ALL = List.of(
            backed("quiet", server -> server.always(play())),
            backed("slow", server -> server.always(play().between(Duration.ofMillis(100)))),
            backed(
                    "tools",
                    server -> server.always(ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Bern\"}")
                            .withUsage(Usage.of(20, 9)))),
            backed("rate-limited-once", server -> server.then(ScriptedReply.rateLimited(Duration.ofSeconds(2)))
                    .always(play())),
            backed("broken-once", server -> server.then(ScriptedReply.error(500, "server_error", "It broke"))
                    .always(play())),
            backed("overloaded", server -> server.always(ScriptedReply.error(503, "server_error", "No room"))),
            backed("reset-once", server -> server.then(play().reset(ScriptedReply.FaultPoint.nothing()))
                    .always(play())),
            backed("no-answer", server -> server.always(play().beforeHeaders(NEVER))),
            backed("slow-first-token", server -> server.always(play().beforeFirst(NEVER))),
            backed("cut", server -> server.always(play().cut(ScriptedReply.FaultPoint.tokens(40)))),
            backed("stall", server -> server.always(play().stall(ScriptedReply.FaultPoint.tokens(40)))),
            backed("garbled", server -> server.always(play().garble(ScriptedReply.FaultPoint.tokens(40)))),
            backed(
                    "told-in-band",
                    server -> server.always(
                            play().fail(ScriptedReply.FaultPoint.tokens(40), "server_error", "The engine died"))),
            backed("no-done", server -> server.always(play().withoutTerminal())),
            backed("no-finish", server -> server.always(play().withoutFinish().withoutTerminal())),
            alone("too-long", ScriptedReply.error(400, "invalid_request_error", "context_length_exceeded", OVERFLOW)),
            alone(
                    "against-policy",
                    ScriptedReply.error(400, "invalid_request_error", "content_policy_violation", "Not with us")),
            alone("rate-limited", ScriptedReply.rateLimited(Duration.ofSeconds(40))),
            alone("all-down", ScriptedReply.error(503, "server_error", "No room")),
            new DemoScenario("wrong-key", echoing("lead-key"), echoing("second-key"), false),
            new DemoScenario("outage", DemoScenario::outage, server -> server.always(play()), true));

    /** Down for a while from the 21st request on that it hears. */
    private static void outage(ScriptedServer server) {
        AtomicReference<Duration> began = new AtomicReference<>();
        server.rule(asked -> {
                    if (asked.number() == 21) {
                        began.set(asked.at());
                    }
                    Duration since = began.get();
                    boolean down = since != null && asked.at().minus(since).compareTo(OUTAGE) < 0;
                    return down ? ScriptedReply.status(503) : null;
                })
                .always(play());
    }

    private static ScriptedReply play() {
        return ScriptedReply.tokens(TOKENS).withUsage(Usage.of(12, 60));
    }

    private static DemoScenario backed(String name, Part lead) {
        return new DemoScenario(name, lead, server -> server.always(play()), false);
    }

    /** A careless vendor: what it was sent stands in what it says. */
    private static Part echoing(String key) {
        return server -> server.always(
                ScriptedReply.error(401, "invalid_request_error", "invalid_api_key", "Wrong key: " + key));
    }

    /** Both do the same. */
    private static DemoScenario alone(String name, ScriptedReply always) {
        return new DemoScenario(name, server -> server.always(always), server -> server.always(always), false);
    }

    static String names() {
        return ALL.stream().map(DemoScenario::name).collect(Collectors.joining(", "));
    }
}
