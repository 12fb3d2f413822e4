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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Recorded answers of Bedrock are understood as the oracle understands them, however they arrive. */
class CorpusBedrockTest {

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");

    /** Tools that Nova runs itself: the oracle takes them for the caller's, but nobody waits for a result. */
    private static final List<String> RUN_BY_THE_VENDOR = List.of("nova_grounding", "nova_code_interpreter");

    /** Every form in which an error may come into this wire, and what it is. */
    private static final Map<byte[], FailureKind> ERRORS = Map.of(
            exception("throttlingException", "Too many requests, please wait before trying again."),
            FailureKind.RATE_LIMITED,
            exception("internalServerException", "It broke."),
            FailureKind.SERVER,
            exception("serviceUnavailableException", "Try again later."),
            FailureKind.OVERLOADED,
            exception("validationException", "The messages are wrong."),
            FailureKind.INVALID_REQUEST,
            exception("validationException", "Input is too long for requested model."),
            FailureKind.CONTEXT_OVERFLOW,
            EventStreamBytes.stream()
                    .exception(
                            "modelStreamErrorException",
                            "{\"message\":\"The stream broke.\",\"originalStatusCode\":500,\"originalMessage\":\"x\"}")
                    .bytes(),
            FailureKind.SERVER,
            EventStreamBytes.stream().error("InternalFailure", "Went wrong").bytes(),
            FailureKind.SERVER);

    @ParameterizedTest
    @ValueSource(strings = {"bedrock-converse", "bedrock-invoke-anthropic", "bedrock-invoke-nova"})
    void streamsInRandomPiecesSayWhatTheOracleHeard(String dialect) {
        Random random = seeded();
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.of(dialect, "stream")) {
            for (int most : new int[] {Integer.MAX_VALUE, 1, 7, 100, 5_000}) {
                compare(recording, hear(recording, recording.body(), most, random), softly);
            }
        }
        softly.assertAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bedrock-converse", "bedrock-invoke-anthropic", "bedrock-invoke-nova"})
    void noStreamCutBeforeItsStopReasonIsComplete(String dialect) {
        Random random = seeded();
        int cuts = 0;
        for (Recording recording : Corpus.of(dialect, "stream")) {
            int stop = stop(recording);
            for (int end : messageEnds(recording.body())) {
                for (int cut : new int[] {end, end + 1 + random.nextInt(100)}) {
                    if (cut >= stop) {
                        continue;
                    }
                    Heard heard = hear(recording, Arrays.copyOf(recording.body(), cut), 500, random);
                    assertThat(heard.kind()).as("%s cut at %d", recording, cut).isEqualTo(FailureKind.TRUNCATED);
                    assertThat(heard.finish).isNull();
                    assertThat(recording.text("text")).startsWith(heard.text.toString());
                    cuts++;
                }
            }
        }
        assertThat(cuts).isGreaterThan(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bedrock-converse", "bedrock-invoke-anthropic", "bedrock-invoke-nova"})
    void anExceptionAfterAnyMessageFailsTheStreamByItsTypeAndLosesNothingBeforeIt(String dialect) {
        Random random = seeded();
        for (Recording recording : Corpus.of(dialect, "stream")) {
            byte[] body = recording.body();
            int stop = stop(recording);
            List<Integer> ends =
                    messageEnds(body).stream().filter(end -> end < stop).toList();
            ERRORS.forEach((error, kind) -> {
                int end = ends.get(random.nextInt(ends.size()));
                byte[] before = Arrays.copyOf(body, end);
                Heard plain = hear(recording, before, 500, random);
                byte[] broken = ByteBuffer.allocate(body.length + error.length)
                        .put(before)
                        .put(error)
                        .put(body, end, body.length - end)
                        .array();
                Heard heard = hear(recording, broken, 500, random);
                assertThat(heard.kind()).as("%s at %d", recording, end).isEqualTo(kind);
                assertThat(heard.finish).isNull();
                assertThat(heard.text.toString()).isEqualTo(plain.text.toString());
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bedrock-converse", "bedrock-invoke-anthropic", "bedrock-invoke-nova"})
    void aDamagedByteIsNeverPassedOverInSilence(String dialect) {
        Random random = seeded();
        for (Recording recording : Corpus.of(dialect, "stream")) {
            for (int i = 0; i < 50; i++) {
                byte[] damaged = recording.body().clone();
                int at = random.nextInt(stop(recording));
                damaged[at] ^= (byte) (1 + random.nextInt(255));
                Heard heard = hear(recording, damaged, 1_000, random);
                assertThat(heard.kind())
                        .as("%s at %d", recording, at)
                        .isIn(FailureKind.PROTOCOL, FailureKind.TRUNCATED);
            }
        }
    }

    @Test
    void wholeAnswersSayWhatTheOracleHeard() {
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.of("bedrock-converse", "response")) {
            ChatResponse response = new BedrockConverse().decode("p", REQUEST, recording.body());
            if (notes(recording).contains("citationsContent")) {
                softly.assertThat(response.text()).as("%s text", recording).isEqualTo(withCitedWords(recording));
            } else {
                softly.assertThat(response.text()).as("%s text", recording).isEqualTo(recording.text("text"));
            }
            softly.assertThat(response.reasoning()).as("%s", recording).isEqualTo(recording.text("reasoning"));
            compare(recording, response.toolCalls(), softly);
            compare(recording, response.finish(), softly);
        }
        softly.assertAll();
    }

    /** The oracle leaves out words that come with a source; the streams of the same wire tell them as text. */
    private static String withCitedWords(Recording recording) {
        StringBuilder text = new StringBuilder();
        JsonNode content = Corpus.MAPPER
                .readTree(recording.body())
                .path("output")
                .path("message")
                .path("content");
        for (JsonNode block : content) {
            text.append(block.path("text").asString(""));
            block.path("citationsContent")
                    .path("content")
                    .forEach(cited -> text.append(cited.path("text").asString("")));
        }
        return text.toString();
    }

    private static String notes(Recording recording) {
        return recording.expected().path("notes").toString();
    }

    private static void compare(Recording recording, Heard heard, SoftAssertions softly) {
        softly.assertThat(heard.isComplete())
                .as("%s complete (%s)", recording, heard.failure)
                .isEqualTo(recording.expected().path("complete").asBoolean());
        softly.assertThat(heard.text.toString()).as("%s text", recording).isEqualTo(recording.text("text"));
        softly.assertThat(heard.reasoning.toString())
                .as("%s reasoning", recording)
                .isEqualTo(recording.text("reasoning"));
        if (heard.finish != null) {
            compare(recording, heard.toolCalls, softly);
            compare(recording, heard.finish, softly);
            softly.assertThat(heard.callsFromParts()).as("%s parts", recording).isEqualTo(heard.toolCalls);
        }
    }

    private static void compare(Recording recording, List<ToolCall> calls, SoftAssertions softly) {
        List<JsonNode> expected = new ArrayList<>();
        for (JsonNode call : recording.expected().path("tool_calls")) {
            if (!RUN_BY_THE_VENDOR.contains(call.path("name").asString(""))) {
                expected.add(call);
            }
        }
        softly.assertThat(calls).as("%s calls", recording).hasSize(expected.size());
        for (int i = 0; i < Math.min(calls.size(), expected.size()); i++) {
            softly.assertThat(calls.get(i).id())
                    .as("%s", recording)
                    .isEqualTo(expected.get(i).path("id").asString(""));
            softly.assertThat(calls.get(i).name())
                    .as("%s", recording)
                    .isEqualTo(expected.get(i).path("name").asString(""));
            softly.assertThat(Corpus.MAPPER.readTree(calls.get(i).arguments()))
                    .as("%s", recording)
                    .isEqualTo(Corpus.MAPPER.readTree(
                            expected.get(i).path("arguments").asString("")));
        }
    }

    private static void compare(Recording recording, StreamChunk.Finish finish, SoftAssertions softly) {
        JsonNode usage = recording.expected().path("usage");
        int cached = usage.path("cached").asInt(0);
        int input = usage.path("input").asInt(0)
                + cached
                + usage.path("cache_write").asInt(0);
        softly.assertThat(finish.usage())
                .as("%s usage", recording)
                .isEqualTo(new Usage(input, usage.path("output").asInt(0), cached, 0, false));
        softly.assertThat(finish.receipt().finishReason())
                .as("%s said", recording)
                .isEqualTo(recording.text("finish_reason"));
        softly.assertThat(finish.receipt().id()).as("%s id", recording).isEqualTo(recording.text("response_id"));
        softly.assertThat(finish.receipt().model()).as("%s model", recording).isEqualTo(recording.text("model"));
        String norm = String.valueOf(recording.text("finish_reason_norm")).toUpperCase(Locale.ROOT);
        softly.assertThat(finish.reason()).as("%s reason", recording).isEqualTo(FinishReason.valueOf(norm));
    }

    /** Where the message ends after which the answer is complete. */
    private static int stop(Recording recording) {
        byte[] body = recording.body();
        for (int end : messageEnds(body)) {
            Heard.Live live = new Heard.Live(framing(recording), decoder(recording), new Heard());
            live.framing().push(Arrays.copyOf(body, end));
            while (live.framing().next()) {
                live.decoder().read(live.framing(), chunk -> {});
            }
            if (live.finished()) {
                return end;
            }
        }
        throw new AssertionError(recording + " has no stop reason");
    }

    private static List<Integer> messageEnds(byte[] body) {
        List<Integer> ends = new ArrayList<>(List.of(0));
        for (int at = 0; at < body.length; ) {
            at += ByteBuffer.wrap(body).getInt(at);
            ends.add(at);
        }
        return ends;
    }

    private static Heard hear(Recording recording, byte[] body, int most, Random random) {
        return Heard.of(framing(recording), decoder(recording), body, most, random);
    }

    private static Framing framing(Recording recording) {
        return recording.dialect().equals("bedrock-converse") ? new EventStreamFraming() : new BedrockChunks();
    }

    private static StreamDecoder decoder(Recording recording) {
        return recording.dialect().equals("bedrock-invoke-anthropic")
                ? new BedrockAnthropic().decoder("p", REQUEST)
                : new BedrockConverse().decoder("p", REQUEST);
    }

    private static byte[] exception(String type, String message) {
        return EventStreamBytes.stream()
                .exception(type, "{\"message\":\"" + message + "\"}")
                .bytes();
    }

    private static Random seeded() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        return new Random(seed);
    }
}
