package dev.understudy.examples;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Feature;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A long answer whose stream breaks in the middle of a word, in several ways. Another server continues it; the switched
 * is shown, and the text is compared with that of an uninterrupted stream.
 */
public final class Takeover {

    static final String EXPECTED = """
        The curtain rose at eight, and for a while nobody in the audience noticed anything at all. The primary had \
        learned her part by heart, the orchestra was in tune, and the rain that had been promised for the \
        evening waited politely outside. Then, in the second act, in the middle of the longest sentence of the \
        complete setup, the lights above her went out, and the voice went with them. What the audience heard next \
        was the rest of that sentence. It came from the other side of the stage, a little lower, and not one \
        syllable was missing from it; somebody had stood in the dark all evening and had spoken every line along.\
        """;

    private static final String ARGUMENTS = "{\"city\":\"Ulm\",\"days\":3,\"unit\":\"celsius\"}";
    private static final ScriptedReply REFUSED = ScriptedReply.error(
            400,
            "invalid_request_error",
            "This model does not support assistant message prefill. The conversation must end with a user message.");
    private static final Duration TOKEN = Duration.ofMillis(8);
    private static final Duration SILENCE = Duration.ofMillis(600);

    private Takeover() {}

    /** Exits with 0 when every answer was complete, 1 otherwise. */
    public static void main(String[] args) {
        int exit = run(ConsoleOutput.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(ConsoleOutput consoleOutput) {
        ScriptedReply complete =
                ScriptedReply.tokens(EXPECTED.split("(?<=\\G.{7})")).between(TOKEN);
        boolean allComplete = runCase(
                "The connection is cut in the middle of a word",
                consoleOutput,
                setup -> setup.primary(complete.reset(ScriptedReply.FaultPoint.tokens(41))));
        allComplete &= runCase(
                "The server goes silent",
                consoleOutput,
                setup -> setup.primary(complete.stall(ScriptedReply.FaultPoint.tokens(40))));
        allComplete &= runCase(
                "An error comes inside the answer",
                consoleOutput,
                setup -> setup.primary(
                        complete.fail(ScriptedReply.FaultPoint.tokens(60), "overloaded_error", "Overloaded")));
        allComplete &= runCase(
                "The second server refuses to continue a text, so the third does",
                consoleOutput,
                setup -> setup.primary(complete.cut(ScriptedReply.FaultPoint.tokens(50)))
                        .refusing());
        allComplete &= runCase("A tool call is cut in half", consoleOutput, setup -> setup.primary(
                        ScriptedReply.toolCall("call_1", "weather", ARGUMENTS).cut(ScriptedReply.FaultPoint.tokens(3)))
                .calling());
        consoleOutput.line("");
        consoleOutput.line(
                allComplete
                        ? "Every answer is the uninterrupted one, to the letter."
                        : "An answer differs from the uninterrupted one.",
                allComplete ? ConsoleOutput.Colour.GREEN : ConsoleOutput.Colour.RED);
        return allComplete ? 0 : 1;
    }

    private static boolean runCase(String title, ConsoleOutput consoleOutput, UnaryOperator<Setup> script) {
        consoleOutput.line("");
        consoleOutput.line(title, ConsoleOutput.Colour.BOLD);
        try (Setup setup = script.apply(new Setup())) {
            return setup.run(consoleOutput);
        }
    }

    /** One answer on three scripted servers. */
    private static final class Setup implements AutoCloseable {

        private final ScriptedServer primary = ScriptedServer.start();
        private final ScriptedServer second = ScriptedServer.start();
        private final ScriptedServer third = ScriptedServer.start();
        private volatile boolean refusing;
        private volatile String tool = "";
        private long last;

        Setup() {
            second.rule(request -> refusing && isPrefilled(request) ? REFUSED : continuation(request));
            third.rule(this::continuation);
        }

        Setup primary(ScriptedReply scriptedReply) {
            primary.always(scriptedReply);
            return this;
        }

        /** Makes the second server refuse a trailing assistant message. */
        Setup refusing() {
            refusing = true;
            return this;
        }

        Setup calling() {
            tool = ARGUMENTS;
            return this;
        }

        private ScriptedReply continuation(RecordedRequest request) {
            return tool.isEmpty()
                    ? ScriptedReply.text(rest(request)).between(TOKEN)
                    : ScriptedReply.toolCall("call_1", "weather", tool).between(TOKEN);
        }

        private static boolean isPrefilled(RecordedRequest request) {
            return request.text().contains("\"assistant\"");
        }

        /** Returns the part of the answer that follows the prefilled text. */
        private static String rest(RecordedRequest request) {
            String body = request.text();
            int known = isPrefilled(request) ? EXPECTED.length() : 0;
            while (!body.contains(EXPECTED.substring(0, known))) {
                known--;
            }
            return EXPECTED.substring(known);
        }

        boolean run(ConsoleOutput consoleOutput) {
            try (Understudy understudy = Understudy.builder()
                    .provider(openAi("lead", primary))
                    .provider(Providers.anthropic(endpoint("second", second)))
                    .provider(openAi("third", third))
                    .retry(RetryPolicy.none())
                    .timeouts(TimeoutPolicy.defaults().withIdle(SILENCE))
                    .build()) {
                last = System.nanoTime();
                ChatResponse answer = ChatResponseAggregator.collect(
                                ResumingProvider.over(understudy, ResumePolicy.exact()).stream(
                                                ChatRequest.of("model", "Tell me what happened."))
                                        .doOnNext(chunk -> show(chunk, consoleOutput)))
                        .block(Duration.ofSeconds(30));
                return report(answer, consoleOutput);
            }
        }

        private void show(StreamChunk chunk, ConsoleOutput consoleOutput) {
            long now = System.nanoTime();
            if (chunk instanceof StreamChunk.Switched switched) {
                consoleOutput.mark(String.format(
                        Locale.ROOT,
                        " [%s takes over from %s: %s, %d ms]",
                        switched.to(),
                        switched.from(),
                        switched.reason().toString().toLowerCase(Locale.ROOT).replace('_', ' '),
                        (now - last) / 1_000_000));
            } else if (chunk instanceof StreamChunk.ToolCallDone done) {
                consoleOutput.words(" " + done.call().name() + " " + done.call().arguments());
            } else {
                consoleOutput.words(chunk.text());
            }
            last = now;
        }

        private boolean report(@Nullable ChatResponse answer, ConsoleOutput consoleOutput) {
            consoleOutput.line("");
            boolean same = answer != null
                    && (tool.isEmpty()
                            ? answer.text().equals(EXPECTED)
                            : answer.toolCalls().size() == 1
                                    && answer.toolCalls().get(0).arguments().equals(tool));
            consoleOutput.line(
                    same ? "= the uninterrupted answer" : "NOT the uninterrupted answer",
                    same ? ConsoleOutput.Colour.GREEN : ConsoleOutput.Colour.RED);
            return same;
        }

        private static ChatProvider openAi(String name, ScriptedServer server) {
            return Providers.openAiCompatible(endpoint(name, server), OpenAiCompatibility.defaults());
        }

        private static Endpoint endpoint(String name, ScriptedServer server) {
            return Endpoint.of(name, server.url(), "key")
                    .withModel("model", Capabilities.assumed().withFeature(Feature.PREFILL));
        }

        @Override
        public void close() {
            primary.close();
            second.close();
            third.close();
        }
    }
}
