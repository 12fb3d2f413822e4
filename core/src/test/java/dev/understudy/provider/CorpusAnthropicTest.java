package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Corpus.Recording;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Recorded answers of Anthropic's dialect are understood as the oracle understands them, however they arrive. */
class CorpusAnthropicTest {

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");
    private static final Anthropic DIALECT = new Anthropic();

    /** Every form in which an error may come into this wire, and what it is. */
    private static final Map<String, FailureKind> ERRORS = Map.of(
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
                    FailureKind.OVERLOADED,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"details\":null,\"type\":\"rate_limit_error\",\"message\":\"slow\"},\"request_id\":\"r\"}\n\n",
                    FailureKind.RATE_LIMITED,
            "data: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal\"}}\n\n",
                    FailureKind.SERVER,
            "data: {\"error\":{\"message\":\"no money\",\"type\":\"billing_error\"}}\n\n", FailureKind.QUOTA,
            "event: error\ndata: connection lost upstream\n\n", FailureKind.SERVER,
            "error: {\"code\":503,\"message\":\"gone\"}\n\n", FailureKind.OVERLOADED,
            "{\n  \"error\": {\n    \"code\": 504,\n    \"status\": \"DEADLINE_EXCEEDED\"\n  }\n}\n\n",
                    FailureKind.SERVER);

    @Test
    void streamsInRandomPiecesSayWhatTheOracleHeard() {
        Random random = seeded();
        for (Recording recording : Corpus.of("anthropic-messages", "stream")) {
            for (int most : new int[] {Integer.MAX_VALUE, 1, 2, 7, 64, 1_000}) {
                compare(recording, hear(recording.body(), most, random));
            }
        }
    }

    @Test
    void lineEndsDoNotMatter() {
        Random random = seeded();
        for (Recording recording : Corpus.of("anthropic-messages", "stream")) {
            String lf = new String(recording.body(), StandardCharsets.UTF_8).replace("\r\n", "\n");
            for (String newline : List.of("\n", "\r\n", "\r")) {
                compare(recording, hear(bytes(lf.replace("\n", newline)), 50, random));
            }
        }
    }

    @Test
    void noStreamCutBeforeItsStopReasonIsComplete() {
        Random random = seeded();
        int cuts = 0;
        for (Recording recording : Corpus.of("anthropic-messages", "stream")) {
            String whole = new String(recording.body(), StandardCharsets.UTF_8);
            int stop = whole.indexOf("event: message_delta");
            for (int end : eventEnds(whole)) {
                for (int cut : new int[] {end, end + 1 + random.nextInt(60)}) {
                    if (cut > stop + 30) {
                        continue;
                    }
                    Heard heard = hear(bytes(whole.substring(0, cut)), 500, random);
                    assertThat(heard.kind()).as("%s cut at %d", recording, cut).isEqualTo(FailureKind.TRUNCATED);
                    assertThat(heard.isComplete()).isFalse();
                    assertThat(recording.text("text")).startsWith(heard.text.toString());
                    cuts++;
                }
            }
        }
        assertThat(cuts).isGreaterThan(2_000);
    }

    @Test
    void aStreamCutAfterItsStopReasonIsComplete() {
        for (Recording recording : Corpus.of("anthropic-messages", "stream")) {
            String whole = new String(recording.body(), StandardCharsets.UTF_8);
            compare(
                    recording,
                    hear(bytes(whole.substring(0, whole.indexOf("event: message_stop"))), 500, new Random(1)));
        }
    }

    @Test
    void anErrorAfterAnyEventFailsTheStreamByItsPayloadAndLosesNothingBeforeIt() {
        Random random = seeded();
        for (Recording recording : Corpus.of("anthropic-messages", "stream")) {
            String whole = new String(recording.body(), StandardCharsets.UTF_8).replace("\r\n", "\n");
            List<Integer> ends = eventEnds(whole);
            ERRORS.forEach((error, kind) -> {
                int end = ends.get(random.nextInt(ends.size() - 1));
                String before = whole.substring(0, end);
                Heard plain = hear(bytes(before), 500, random);
                Heard heard = hear(bytes(before + error + whole.substring(end)), 500, random);
                assertThat(heard.kind())
                        .as("%s at %d: %s", recording, end, error)
                        .isEqualTo(kind);
                assertThat(heard.finish).isNull();
                assertThat(heard.text.toString()).isEqualTo(plain.text.toString());
            });
        }
    }

    @Test
    void anotherAnswerSplicedIntoAStreamIsNoticed() {
        List<Recording> recordings = Corpus.of("anthropic-messages", "stream");
        for (int i = 0; i < recordings.size(); i++) {
            String one = new String(recordings.get(i).body(), StandardCharsets.UTF_8);
            String other =
                    new String(recordings.get((i + 1) % recordings.size()).body(), StandardCharsets.UTF_8);
            List<Integer> ends = eventEnds(one);
            Heard heard = hear(bytes(one.substring(0, ends.get(ends.size() - 3)) + other), 500, new Random(1));
            assertThat(heard.kind()).as("%s", recordings.get(i)).isEqualTo(FailureKind.PROTOCOL);
        }
    }

    @Test
    void wholeAnswersSayWhatTheOracleHeard() {
        for (Recording recording : Corpus.of("anthropic-messages", "response")) {
            ChatResponse response = DIALECT.decode("p", REQUEST, recording.body());
            assertThat(response.text()).as("%s", recording).isEqualTo(recording.text("text"));
            assertThat(response.reasoning()).as("%s", recording).isEqualTo(recording.text("reasoning"));
            compare(recording, response.toolCalls());
            compare(recording, response.finish());
        }
    }

    private static void compare(Recording recording, Heard heard) {
        assertThat(heard.failure).as("%s", recording).isNull();
        assertThat(heard.isComplete())
                .as("%s", recording)
                .isEqualTo(recording.expected().path("complete").asBoolean());
        assertThat(heard.text.toString()).as("%s", recording).isEqualTo(recording.text("text"));
        assertThat(heard.reasoning.toString()).as("%s", recording).isEqualTo(recording.text("reasoning"));
        compare(recording, heard.toolCalls);
        compare(recording, java.util.Objects.requireNonNull(heard.finish));
    }

    private static void compare(Recording recording, List<ToolCall> calls) {
        JsonNode expected = recording.expected().path("tool_calls");
        assertThat(calls).as("%s", recording).hasSize(expected.size());
        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i).id()).isEqualTo(expected.get(i).path("id").asString(""));
            assertThat(calls.get(i).name())
                    .isEqualTo(expected.get(i).path("name").asString(""));
            assertThat(Corpus.MAPPER.readTree(calls.get(i).arguments()))
                    .as("%s", recording)
                    .isEqualTo(Corpus.MAPPER.readTree(
                            expected.get(i).path("arguments").asString("")));
        }
    }

    /**
     * The oracle tells the tokens as the vendor does: input without the cache's. We count what was read from the cache
     * and what was written to it as input.
     */
    private static void compare(Recording recording, StreamChunk.Finish finish) {
        JsonNode usage = recording.expected().path("usage");
        int cached = usage.path("cached").asInt(0);
        int input = usage.path("input").asInt(0)
                + cached
                + usage.path("cache_write").asInt(0);
        assertThat(finish.usage())
                .as("%s", recording)
                .isEqualTo(new Usage(
                        input,
                        usage.path("output").asInt(0),
                        cached,
                        finish.usage().reasoning(),
                        false));
        assertThat(finish.receipt().id()).isEqualTo(recording.text("response_id"));
        assertThat(finish.receipt().model()).isEqualTo(recording.text("model"));
        assertThat(finish.receipt().finishReason()).isEqualTo(recording.text("finish_reason"));
        String norm = String.valueOf(recording.text("finish_reason_norm")).toUpperCase(Locale.ROOT);
        assertThat(finish.reason()).as("%s", recording).isEqualTo(FinishReason.valueOf(norm));
    }

    private static List<Integer> eventEnds(String body) {
        List<Integer> ends = new ArrayList<>(List.of(0));
        for (int at = body.indexOf("\n\n"); at >= 0; at = body.indexOf("\n\n", at + 2)) {
            ends.add(at + 2);
        }
        return ends;
    }

    private static Heard hear(byte[] body, int most, Random random) {
        return Heard.of(DIALECT.framing(), DIALECT.decoder("p", REQUEST), body, most, random);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Random seeded() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        return new Random(seed);
    }
}
