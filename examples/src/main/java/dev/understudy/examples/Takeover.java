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
 * A long answer whose server dies in the middle of a word, five times in five ways. Somebody else goes on, the seam is
 * shown, and in the end the text is compared with what an uninterrupted server would have said.
 */
public final class Takeover {

    static final String TRUTH = """
        The curtain rose at eight, and for a while nobody in the audience noticed anything at all. The lead had \
        learned her part by heart, the orchestra was in tune, and the rain that had been promised for the \
        evening waited politely outside. Then, in the second act, in the middle of the longest sentence of the \
        whole play, the lights above her went out, and the voice went with them. What the audience heard next \
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

    /** Ends with 0 when every answer was whole, 1 else. */
    public static void main(String[] args) {
        int exit = run(ConsoleOutput.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(ConsoleOutput consoleOutput) {
        ScriptedReply whole = ScriptedReply.tokens(TRUTH.split("(?<=\\G.{7})")).between(TOKEN);
        boolean well = told(
                "The connection is cut in the middle of a word",
                consoleOutput,
                play -> play.lead(whole.reset(ScriptedReply.FaultPoint.tokens(41))));
        well &= told(
                "The server goes silent",
                consoleOutput,
                play -> play.lead(whole.stall(ScriptedReply.FaultPoint.tokens(40))));
        well &= told(
                "An error comes inside the answer",
                consoleOutput,
                play -> play.lead(whole.fail(ScriptedReply.FaultPoint.tokens(60), "overloaded_error", "Overloaded")));
        well &= told("The second refuses to go on with a text, so a third one does", consoleOutput, play -> play.lead(
                        whole.cut(ScriptedReply.FaultPoint.tokens(50)))
                .refusing());
        well &= told("A tool call is cut in half", consoleOutput, play -> play.lead(
                        ScriptedReply.toolCall("call_1", "weather", ARGUMENTS).cut(ScriptedReply.FaultPoint.tokens(3)))
                .calling());
        consoleOutput.line("");
        consoleOutput.line(
                well ? "Every answer is the uninterrupted one, to the letter." : "An answer is not what it should be.",
                well ? ConsoleOutput.Colour.GREEN : ConsoleOutput.Colour.RED);
        return well ? 0 : 1;
    }

    private static boolean told(String title, ConsoleOutput consoleOutput, UnaryOperator<Play> script) {
        consoleOutput.line("");
        consoleOutput.line(title, ConsoleOutput.Colour.BOLD);
        try (Play play = script.apply(new Play())) {
            return play.perform(consoleOutput);
        }
    }

    /** One answer on three servers of this machine. */
    private static final class Play implements AutoCloseable {

        private final ScriptedServer lead = ScriptedServer.start();
        private final ScriptedServer second = ScriptedServer.start();
        private final ScriptedServer third = ScriptedServer.start();
        private volatile boolean refusing;
        private volatile String tool = "";
        private long last;

        Play() {
            second.rule(asked -> refusing && isBegun(asked) ? REFUSED : goOn(asked));
            third.rule(this::goOn);
        }

        Play lead(ScriptedReply scriptedReply) {
            lead.always(scriptedReply);
            return this;
        }

        /** The second says that it does not go on with a text that somebody else began. */
        Play refusing() {
            refusing = true;
            return this;
        }

        Play calling() {
            tool = ARGUMENTS;
            return this;
        }

        private ScriptedReply goOn(RecordedRequest asked) {
            return tool.isEmpty()
                    ? ScriptedReply.text(rest(asked)).between(TOKEN)
                    : ScriptedReply.toolCall("call_1", "weather", tool).between(TOKEN);
        }

        private static boolean isBegun(RecordedRequest asked) {
            return asked.text().contains("\"assistant\"");
        }

        /** What is missing behind the words that are sent as the beginning of the answer. */
        private static String rest(RecordedRequest asked) {
            String body = asked.text();
            int known = isBegun(asked) ? TRUTH.length() : 0;
            while (!body.contains(TRUTH.substring(0, known))) {
                known--;
            }
            return TRUTH.substring(known);
        }

        boolean perform(ConsoleOutput consoleOutput) {
            try (Understudy company = Understudy.builder()
                    .provider(openAi("lead", lead))
                    .provider(Providers.anthropic(endpoint("second", second)))
                    .provider(openAi("third", third))
                    .retry(RetryPolicy.none())
                    .timeouts(TimeoutPolicy.defaults().withIdle(SILENCE))
                    .build()) {
                last = System.nanoTime();
                ChatResponse answer = ChatResponseAggregator.collect(
                                ResumingProvider.over(company, ResumePolicy.exact()).stream(
                                                ChatRequest.of("model", "Tell me what happened."))
                                        .doOnNext(chunk -> show(chunk, consoleOutput)))
                        .block(Duration.ofSeconds(30));
                return judge(answer, consoleOutput);
            }
        }

        private void show(StreamChunk chunk, ConsoleOutput consoleOutput) {
            long now = System.nanoTime();
            if (chunk instanceof StreamChunk.Switched seam) {
                consoleOutput.mark(String.format(
                        Locale.ROOT,
                        " [%s takes over from %s: %s, %d ms]",
                        seam.to(),
                        seam.from(),
                        seam.reason().toString().toLowerCase(Locale.ROOT).replace('_', ' '),
                        (now - last) / 1_000_000));
            } else if (chunk instanceof StreamChunk.ToolCallDone done) {
                consoleOutput.words(" " + done.call().name() + " " + done.call().arguments());
            } else {
                consoleOutput.words(chunk.text());
            }
            last = now;
        }

        private boolean judge(@Nullable ChatResponse answer, ConsoleOutput consoleOutput) {
            consoleOutput.line("");
            boolean same = answer != null
                    && (tool.isEmpty()
                            ? answer.text().equals(TRUTH)
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
            lead.close();
            second.close();
            third.close();
        }
    }
}
