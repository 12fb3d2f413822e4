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
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Recorded answers of the Responses dialect are understood as the oracle understands them, however they arrive. */
class CorpusResponsesTest {

    private static final String NAME = OpenAiResponses.NAME;
    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");
    private static final OpenAiResponses DIALECT = new OpenAiResponses();

    /** Every form in which an error may come into this wire, and what it is. */
    private static final Map<String, FailureKind> ERRORS = Map.of(
            "event: error\ndata: {\"type\":\"error\",\"sequence_number\":9,\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\",\"message\":\"no more\",\"param\":null}}\n\n",
                    FailureKind.QUOTA,
            "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow\",\"param\":null,\"sequence_number\":9}\n\n",
                    FailureKind.RATE_LIMITED,
            "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"The model broke\"},\"output\":[]}}\n\n",
                    FailureKind.SERVER,
            "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"invalid_prompt\",\"message\":\"no\"}}}\n\ndata: [DONE]\n\n",
                    FailureKind.CONTENT_FILTERED,
            "data: {\"type\":\"response.cancelled\",\"response\":{\"status\":\"cancelled\",\"error\":null}}\n\n",
                    FailureKind.SERVER,
            "data: {\"error\":{\"message\":\"over capacity\",\"type\":\"overloaded_error\"}}\n\n",
                    FailureKind.OVERLOADED,
            "event: error\ndata: connection lost upstream\n\n", FailureKind.SERVER,
            "error: {\"code\":503,\"message\":\"gone\"}\n\n", FailureKind.OVERLOADED,
            "{\n  \"error\": {\n    \"code\": 504,\n    \"status\": \"DEADLINE_EXCEEDED\"\n  }\n}\n\n",
                    FailureKind.SERVER);

    @Test
    void streamsInRandomPiecesSayWhatTheOracleHeard() {
        Random random = seeded();
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.of(NAME, "stream")) {
            for (int most : new int[] {Integer.MAX_VALUE, 1, 7, 100, 5_000}) {
                compare(recording, hear(recording.body(), most, random), softly);
            }
        }
        softly.assertAll();
    }

    @Test
    void lineEndsDoNotMatter() {
        Random random = seeded();
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.of(NAME, "stream")) {
            String lf = new String(recording.body(), StandardCharsets.UTF_8).replace("\r\n", "\n");
            for (String newline : List.of("\r\n", "\r")) {
                compare(recording, hear(bytes(lf.replace("\n", newline)), 50, random), softly);
            }
        }
        softly.assertAll();
    }

    /** All events are tried for being no end; of long streams some thirty are really cut, at and inside events. */
    @Test
    void noStreamCutBeforeItsEndIsComplete() {
        Random random = seeded();
        int cuts = 0;
        for (Recording recording : Corpus.of(NAME, "stream")) {
            String whole = new String(recording.body(), StandardCharsets.UTF_8);
            boolean inBand = recording.expected().path("error").isObject();
            int last = lastEvent(whole);
            List<Integer> ends = eventEnds(whole);
            Heard.Live live = Heard.live(DIALECT, "p", REQUEST);
            for (int i = 0; i + 1 < ends.size() && ends.get(i + 1) <= last; i++) {
                live.feed(whole.substring(ends.get(i), ends.get(i + 1)));
                assertThat(live.finished())
                        .as("%s after %d events", recording, i)
                        .isFalse();
            }
            int step = ends.size() / 30 + 1;
            for (int i = random.nextInt(step); i < ends.size(); i += step) {
                int next = i + 1 < ends.size() ? ends.get(i + 1) : ends.get(i);
                for (int cut : new int[] {ends.get(i), ends.get(i) + (next - ends.get(i)) / 3}) {
                    if (cut > last + 40) {
                        continue;
                    }
                    Heard heard = hear(bytes(whole.substring(0, cut)), 300, random);
                    assertThat(heard.finish).as("%s cut at %d", recording, cut).isNull();
                    assertThat(heard.kind()).as("%s cut at %d", recording, cut).isNotNull();
                    if (!inBand) {
                        assertThat(heard.kind())
                                .as("%s cut at %d", recording, cut)
                                .isEqualTo(FailureKind.TRUNCATED);
                    }
                    assertThat(recording.text("text"))
                            .as("%s cut at %d", recording, cut)
                            .startsWith(heard.text.toString());
                    cuts++;
                }
            }
        }
        assertThat(cuts).isGreaterThan(500);
    }

    @Test
    void anErrorAfterAnyEventFailsTheStreamByItsPayloadAndLosesNothingBeforeIt() {
        Random random = seeded();
        for (Recording recording : Corpus.of(NAME, "stream")) {
            String whole = new String(recording.body(), StandardCharsets.UTF_8).replace("\r\n", "\n");
            int last = lastEvent(whole);
            if (recording.expected().path("error").isObject()) {
                continue;
            }
            List<Integer> ends =
                    eventEnds(whole).stream().filter(end -> end <= last).toList();
            ERRORS.forEach((error, kind) -> {
                int end = ends.get(random.nextInt(ends.size()));
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
    void damagedBytesAreReadOrRejectedAndNothingElse() {
        Random random = seeded();
        for (Recording recording : Corpus.of(NAME, "stream")) {
            for (int i = 0; i < 20; i++) {
                byte[] damaged = recording.body().clone();
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                Heard heard = hear(damaged, 1_000, random);
                assertThat(heard.isComplete()).as(recording.id()).isEqualTo(heard.failure == null);
            }
        }
    }

    @Test
    void wholeAnswersSayWhatTheOracleHeard() {
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.of(NAME, "response")) {
            ChatResponse response = DIALECT.decode("p", REQUEST, recording.body());
            softly.assertThat(response.text()).as("%s text", recording).isEqualTo(recording.text("text"));
            softly.assertThat(response.reasoning())
                    .as("%s reasoning", recording)
                    .isEqualTo(recording.text("reasoning"));
            softly.assertThat(response.refusal()).as("%s refusal", recording).isEqualTo(recording.text("refusal"));
            compare(recording, response.toolCalls(), softly);
            compare(recording, response.finish(), softly);
        }
        softly.assertAll();
    }

    private static void compare(Recording recording, Heard heard, SoftAssertions softly) {
        softly.assertThat(heard.isComplete())
                .as("%s complete (%s)", recording, heard.failure)
                .isEqualTo(recording.expected().path("complete").asBoolean());
        softly.assertThat(heard.text.toString()).as("%s text", recording).isEqualTo(recording.text("text"));
        softly.assertThat(heard.reasoning.toString())
                .as("%s reasoning", recording)
                .isEqualTo(recording.text("reasoning"));
        softly.assertThat(heard.refusal.toString()).as("%s refusal", recording).isEqualTo(recording.text("refusal"));
        if (heard.finish != null) {
            compare(recording, heard.toolCalls, softly);
            compare(recording, heard.finish, softly);
            softly.assertThat(heard.callsFromParts()).as("%s parts", recording).isEqualTo(heard.toolCalls);
        }
        JsonNode error = recording.expected().path("error");
        if (error.isObject()) {
            softly.assertThat(String.valueOf(heard.failure))
                    .as("%s failure", recording)
                    .contains(error.path("code").asString("?"));
        }
    }

    private static void compare(Recording recording, List<ToolCall> calls, SoftAssertions softly) {
        JsonNode expected = recording.expected().path("tool_calls");
        softly.assertThat(calls).as("%s calls", recording).hasSize(expected.size());
        for (int i = 0; i < Math.min(calls.size(), expected.size()); i++) {
            ToolCall call = calls.get(i);
            softly.assertThat(call.id())
                    .as("%s", recording)
                    .isEqualTo(expected.get(i).path("id").asString(""));
            softly.assertThat(call.name())
                    .as("%s", recording)
                    .isEqualTo(expected.get(i).path("name").asString(""));
            softly.assertThat(call.arguments())
                    .as("%s", recording)
                    .isEqualTo(expected.get(i).path("arguments").asString(""));
        }
    }

    /** The oracle calls a completed answer with calls "tool_calls"; the vendor's own word is "completed". */
    private static void compare(Recording recording, StreamChunk.Finish finish, SoftAssertions softly) {
        JsonNode usage = recording.expected().path("usage");
        softly.assertThat(finish.usage())
                .as("%s usage", recording)
                .isEqualTo(new Usage(
                        usage.path("input").asInt(0),
                        usage.path("output").asInt(0),
                        usage.path("cached").asInt(0),
                        usage.path("reasoning").asInt(0),
                        false));
        softly.assertThat(finish.receipt().id()).as("%s id", recording).isEqualTo(recording.text("response_id"));
        softly.assertThat(finish.receipt().model()).as("%s model", recording).isEqualTo(recording.text("model"));
        String said = String.valueOf(recording.text("finish_reason"));
        softly.assertThat(finish.receipt().finishReason())
                .as("%s said", recording)
                .isEqualTo(said.equals("tool_calls") ? "completed" : said);
        String norm = String.valueOf(recording.text("finish_reason_norm")).toUpperCase(Locale.ROOT);
        softly.assertThat(finish.reason()).as("%s reason", recording).isEqualTo(FinishReason.valueOf(norm));
    }

    /** Where the event stands that ends the response; at the end if there is none. */
    private static int lastEvent(String body) {
        int last = body.length();
        for (String name :
                List.of("response.completed", "response.incomplete", "response.failed", "\"type\":\"error\"")) {
            int at = body.indexOf(name.startsWith("\"") ? name : "\"" + name + "\"");
            last = at < 0 ? last : Math.min(last, body.lastIndexOf("\n\n", at) + 2);
        }
        return last;
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
