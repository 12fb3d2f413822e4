package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Receipt;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Recorded answers of many vendors are understood as the oracle understands them, however they arrive. */
class CorpusOpenAiTest {

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");

    /** How vendors must be set up; all others are left at the defaults. */
    private static final Map<String, Quirks> QUIRKS = Map.of("openai", Quirks.openAi());

    /** Vendors that leave reasoning out of the output; the oracle corrects nothing, we do. */
    private static final List<String> REASONING_APART = List.of("xai", "azure-ai");

    /** Vendors that tell their reasoning only as details, which the oracle does not read. */
    private static final List<String> REASONING_IN_DETAILS = List.of("snowflake");

    private static final Pattern EVENT_END = Pattern.compile("\\n\\n|\\r\\n\\r\\n|\\r\\r");

    private static final Pattern FINISH = Pattern.compile("\"finish_reason\"\\s*:\\s*\"\\w");

    private static final List<String> ERRORS = List.of(
            "data: {\"error\":{\"message\":\"broken\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n",
            "event: error\ndata: {\"error\":{\"message\":\"bad call\",\"type\":\"invalid_request_error\",\"code\":\"tool_use_failed\",\"status_code\":400}}\n\n",
            "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"error\":{\"code\":502,\"message\":\"upstream\"},"
                    + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\ndata: [DONE]\n\n",
            "data: {\"error\":{\"code\":\"overloaded\",\"message\":\"busy\"},\"choices\":[]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\"}]}\n\ndata: [DONE]\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"native_finish_reason\":\"network_error\"}]}\n\n",
            "data: {\"error\":{\"object\":\"error\",\"message\":\"engine\",\"type\":\"InternalServerError\",\"param\":null,\"code\":500}}\n\ndata: [DONE]\n\n",
            "error: {\"detail\":\"no slot\",\"error\":{\"message\":\"no slot\"}}\n\n",
            "error: {\"code\":400,\"message\":\"too long\",\"type\":\"invalid_request_error\"}\n\ndata: [DONE]\n\n",
            "data: {\"error\":{\"message\":\"Compute error.\"},\"message\":\"Compute error.\"}\n\n",
            "event: error\ndata: {\"message\":\"Compute error.\"}\n\n",
            "event: error\ndata: gone\n\n",
            "data: {\"error\":\"plain words\"}\n\n",
            "data: {\"object\":\"error\",\"message\":\"flat\",\"type\":\"x\",\"code\":503}\n\n",
            "data: {\"x_groq\":{\"id\":\"r\",\"error\":\"over capacity\"}}\n\n",
            "{\n  \"error\": {\n    \"code\": 503,\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n");

    @Test
    void streamsInRandomPiecesSayWhatTheOracleHeard() {
        Random random = seeded();
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.of("openai-chat", "stream")) {
            for (int most : new int[] {Integer.MAX_VALUE, 1, 7, 100, 5_000}) {
                compare(recording, hear(recording, recording.body(), most, random), softly);
            }
        }
        softly.assertAll();
    }

    @Test
    void lineEndsDoNotMatter() {
        Random random = seeded();
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.of("openai-chat", "stream")) {
            String lf = new String(recording.body(), StandardCharsets.UTF_8).replace("\r\n", "\n");
            for (String newline : List.of("\n", "\r\n", "\r")) {
                byte[] body = lf.replace("\n", newline).getBytes(StandardCharsets.UTF_8);
                compare(recording, hear(recording, body, 40, random), softly);
            }
        }
        softly.assertAll();
    }

    /** All events are tried for being no end; of long streams some thirty are really cut, at and inside events. */
    @Test
    void noStreamCutBeforeItsFinishReasonIsComplete() {
        Random random = seeded();
        int cuts = 0;
        for (Recording recording : Corpus.of("openai-chat", "stream")) {
            String whole = new String(recording.body(), StandardCharsets.UTF_8);
            boolean inBand = recording.expected().path("error").isObject();
            int finish = firstFinish(whole);
            List<Integer> ends = eventEnds(whole);
            Heard.Live live = Heard.live(dialect(recording), recording.provider(), REQUEST);
            for (int i = 0; i + 1 < ends.size() && ends.get(i + 1) <= finish; i++) {
                live.feed(whole.substring(ends.get(i), ends.get(i + 1)));
                assertThat(live.finished())
                        .as("%s after %d events", recording, i)
                        .isFalse();
            }
            int step = ends.size() / 30 + 1;
            for (int i = random.nextInt(step); i < ends.size(); i += step) {
                int next = i + 1 < ends.size() ? ends.get(i + 1) : ends.get(i);
                for (int cut : new int[] {ends.get(i), ends.get(i) + (next - ends.get(i)) / 3}) {
                    if (cut > finish) {
                        continue;
                    }
                    byte[] body = whole.substring(0, cut).getBytes(StandardCharsets.UTF_8);
                    Heard heard = hear(recording, body, 300, random);
                    assertThat(heard.finish).as("%s cut at %d", recording, cut).isNull();
                    assertThat(heard.failure).as("%s cut at %d", recording, cut).isNotNull();
                    if (!inBand) {
                        assertThat(heard.kind())
                                .as("%s cut at %d", recording, cut)
                                .isEqualTo(FailureKind.TRUNCATED);
                    }
                    assertThat(String.valueOf(recording.text("text")))
                            .as("%s cut at %d", recording, cut)
                            .startsWith(heard.text.toString());
                    cuts++;
                }
            }
        }
        assertThat(cuts).isGreaterThan(1_000);
    }

    @Test
    void anErrorAfterAnyEventFailsTheStreamAndLosesNothingBeforeIt() {
        Random random = seeded();
        for (Recording recording : Corpus.of("openai-chat", "stream")) {
            if (recording.expected().path("error").isObject()) {
                continue;
            }
            String whole = new String(recording.body(), StandardCharsets.UTF_8).replace("\r\n", "\n");
            List<Integer> ends = eventEnds(whole);
            for (String error : ERRORS) {
                int end = ends.get(random.nextInt(ends.size()));
                String before = whole.substring(0, end);
                if (before.contains("[DONE]")) {
                    continue;
                }
                Heard plain = hear(recording, before.getBytes(StandardCharsets.UTF_8), 300, random);
                Heard heard = hear(recording, (before + error).getBytes(StandardCharsets.UTF_8), 300, random);
                assertThat(heard.failure)
                        .as("%s at %d: %s", recording, end, error)
                        .isNotNull();
                assertThat(heard.kind())
                        .as("%s at %d: %s", recording, end, error)
                        .isNotIn(FailureKind.TRUNCATED, FailureKind.PROTOCOL);
                assertThat(heard.isComplete()).isFalse();
                assertThat(heard.text.toString()).isEqualTo(plain.text.toString());
            }
        }
    }

    @Test
    void damagedBytesAreReadOrRejectedAndNothingElse() {
        Random random = seeded();
        for (Recording recording : Corpus.of("openai-chat", "stream")) {
            for (int i = 0; i < 10; i++) {
                byte[] damaged = recording.body().clone();
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                Heard heard = hear(recording, damaged, 1_000, random);
                assertThat(heard.isComplete()).as(recording.id()).isEqualTo(heard.failure == null);
            }
        }
    }

    @Test
    void wholeAnswersSayWhatTheOracleHeard() {
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.of("openai-chat", "response")) {
            ChatResponse response;
            try {
                response = dialect(recording).decode(recording.provider(), REQUEST, recording.body());
            } catch (CallFailed e) {
                softly.assertThat(e.failure()).as(recording.id()).isNull();
                continue;
            }
            softly.assertThat(response.text()).as("%s text", recording).isEqualTo(recording.text("text"));
            softly.assertThat(response.reasoning())
                    .as("%s reasoning", recording)
                    .isEqualTo(recording.text("reasoning"));
            softly.assertThat(response.refusal()).as("%s refusal", recording).isEqualTo(recording.text("refusal"));
            compare(recording, response.toolCalls(), softly);
            compare(recording, response.finish(), !response.toolCalls().isEmpty(), softly);
        }
        softly.assertAll();
    }

    private static void compare(Recording recording, Heard heard, SoftAssertions softly) {
        boolean complete = recording.expected().path("complete").asBoolean();
        softly.assertThat(heard.isComplete())
                .as("%s complete (%s)", recording, heard.failure)
                .isEqualTo(complete);
        softly.assertThat(heard.text.toString()).as("%s text", recording).isEqualTo(recording.text("text"));
        if (!REASONING_IN_DETAILS.contains(recording.provider())) {
            softly.assertThat(heard.reasoning.toString())
                    .as("%s reasoning", recording)
                    .isEqualTo(recording.text("reasoning"));
        }
        softly.assertThat(heard.refusal.toString()).as("%s refusal", recording).isEqualTo(recording.text("refusal"));
        if (heard.finish != null) {
            compare(recording, heard.toolCalls, softly);
            compare(recording, heard.finish, !heard.toolCalls.isEmpty(), softly);
            softly.assertThat(heard.callsFromParts()).as("%s parts", recording).isEqualTo(heard.toolCalls);
        }
        if (recording.expected().path("error").isObject()) {
            softly.assertThat(heard.failure).as("%s failure", recording).isNotNull();
        }
    }

    private static void compare(Recording recording, List<ToolCall> calls, SoftAssertions softly) {
        List<JsonNode> expected = new ArrayList<>();
        for (JsonNode call : recording.expected().path("tool_calls")) {
            if (!call.path("name").asString("").isEmpty()) {
                expected.add(call);
            }
        }
        softly.assertThat(calls).as("%s calls", recording).hasSize(expected.size());
        softly.assertThat(calls.stream().map(ToolCall::id).distinct().count())
                .as("%s ids", recording)
                .isEqualTo(calls.size());
        for (int i = 0; i < Math.min(calls.size(), expected.size()); i++) {
            JsonNode call = expected.get(i);
            softly.assertThat(calls.get(i).name())
                    .as("%s name", recording)
                    .isEqualTo(call.path("name").asString(""));
            String id = call.path("id").asString("");
            softly.assertThat(calls.get(i).id())
                    .as("%s id", recording)
                    .isEqualTo(id.isEmpty() ? calls.get(i).id() : id)
                    .isNotEmpty();
            JsonNode arguments = call.path("arguments");
            String said = arguments.isString() ? arguments.stringValue() : arguments.toString();
            softly.assertThat(json(calls.get(i).arguments()))
                    .as("%s arguments", recording)
                    .isEqualTo(json(said));
        }
    }

    private static Object json(String text) {
        try {
            return Corpus.MAPPER.readTree(text);
        } catch (JacksonException e) {
            return text;
        }
    }

    private static void compare(Recording recording, StreamChunk.Finish finish, boolean calls, SoftAssertions softly) {
        Receipt receipt = finish.receipt();
        String said = recording.text("finish_reason");
        softly.assertThat(orEmpty(receipt.finishReason()))
                .as("%s said", recording)
                .isEqualTo(orEmpty(said));
        String norm = String.valueOf(recording.text("finish_reason_norm")).toUpperCase(Locale.ROOT);
        boolean plain = norm.equals("STOP") || norm.equals("OTHER");
        softly.assertThat(finish.reason())
                .as("%s reason", recording)
                .isEqualTo(calls && plain ? FinishReason.TOOL_CALLS : FinishReason.valueOf(norm));
        softly.assertThat(orEmpty(receipt.model()))
                .as("%s model", recording)
                .isEqualTo(orEmpty(recording.text("model")));
        softly.assertThat(orEmpty(receipt.id()))
                .as("%s id", recording)
                .isEqualTo(orEmpty(recording.text("response_id")));
        JsonNode usage = recording.expected().path("usage");
        int reasoning = usage.path("reasoning").asInt(0);
        int output = usage.path("output").asInt(0) + (REASONING_APART.contains(recording.provider()) ? reasoning : 0);
        softly.assertThat(finish.usage())
                .as("%s usage", recording)
                .isEqualTo(new Usage(
                        usage.path("input").asInt(0),
                        output,
                        usage.path("cached").asInt(0),
                        reasoning,
                        false));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Where the first finish reason stands; at the end if there is none. */
    private static int firstFinish(String body) {
        Matcher matcher = FINISH.matcher(body);
        return matcher.find() ? matcher.start() : body.length();
    }

    private static List<Integer> eventEnds(String body) {
        List<Integer> ends = new ArrayList<>(List.of(0));
        Matcher matcher = EVENT_END.matcher(body);
        while (matcher.find()) {
            ends.add(matcher.end());
        }
        return ends;
    }

    private static Heard hear(Recording recording, byte[] body, int most, Random random) {
        OpenAiChat dialect = dialect(recording);
        return Heard.of(dialect.framing(), dialect.decoder(recording.provider(), REQUEST), body, most, random);
    }

    private static OpenAiChat dialect(Recording recording) {
        return new OpenAiChat(QUIRKS.getOrDefault(recording.provider(), Quirks.defaults()));
    }

    private static Random seeded() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        return new Random(seed);
    }
}
