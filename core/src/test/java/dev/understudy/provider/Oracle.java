package dev.understudy.provider;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.Corpus.Recording;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Compares what a dialect heard with what the oracle of the corpus says.
 *
 * @param differently the reason of recordings that we normalise otherwise than the oracle does, by id
 */
record Oracle(Dialect dialect, Map<String, FinishReason> differently) {

    static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");

    Heard hear(byte[] body, int most, Random random) {
        return Heard.of(dialect.framing(), dialect.decoder("p", REQUEST), body, most, random);
    }

    void compare(Recording recording, Heard heard, SoftAssertions softly) {
        boolean complete = recording.expected().path("complete").asBoolean();
        softly.assertThat(heard.isComplete())
                .as("%s complete (%s)", recording, heard.failure)
                .isEqualTo(complete);
        softly.assertThat(heard.text.toString()).as("%s text", recording).isEqualTo(recording.text("text"));
        softly.assertThat(heard.reasoning.toString())
                .as("%s reasoning", recording)
                .isEqualTo(recording.text("reasoning"));
        if (complete && heard.finish != null) {
            compare(recording, heard.toolCalls, softly);
            compare(recording, heard.finish, !heard.toolCalls.isEmpty(), softly);
            softly.assertThat(partsOf(heard)).as("%s parts", recording).isEqualTo(heard.toolCalls);
        }
    }

    void compare(Recording recording, ChatResponse response, SoftAssertions softly) {
        softly.assertThat(response.text()).as("%s text", recording).isEqualTo(recording.text("text"));
        softly.assertThat(response.reasoning()).as("%s reasoning", recording).isEqualTo(recording.text("reasoning"));
        compare(recording, response.toolCalls(), softly);
        compare(recording, response.finish(), !response.toolCalls().isEmpty(), softly);
    }

    /** The calls, put together from their parts alone. */
    private static List<ToolCall> partsOf(Heard heard) {
        List<ToolCall> calls = new ArrayList<>();
        for (StreamChunk chunk : heard.chunks) {
            if (chunk instanceof StreamChunk.ToolCallPart part) {
                if (part.index() == calls.size()) {
                    calls.add(new ToolCall(part.id(), part.name(), part.arguments()));
                } else {
                    ToolCall before = calls.get(part.index());
                    calls.set(
                            part.index(), new ToolCall(part.id(), part.name(), before.arguments() + part.arguments()));
                }
            }
        }
        return calls;
    }

    private static void compare(Recording recording, List<ToolCall> calls, SoftAssertions softly) {
        JsonNode expected = recording.expected().path("tool_calls");
        softly.assertThat(calls).as("%s calls", recording).hasSize(expected.size());
        for (int i = 0; i < Math.min(calls.size(), expected.size()); i++) {
            JsonNode call = expected.get(i);
            String id = call.path("id").asString("");
            softly.assertThat(calls.get(i).id())
                    .as("%s id", recording)
                    .isNotEmpty()
                    .isEqualTo(id.isEmpty() ? calls.get(i).id() : id);
            softly.assertThat(calls.get(i).name())
                    .as("%s name", recording)
                    .isEqualTo(call.path("name").asString(""));
            JsonNode arguments = call.path("arguments");
            String said = arguments.isString() ? arguments.stringValue() : arguments.toString();
            softly.assertThat(Corpus.MAPPER.readTree(calls.get(i).arguments()))
                    .as("%s arguments", recording)
                    .isEqualTo(Corpus.MAPPER.readTree(said));
        }
    }

    private void compare(Recording recording, StreamChunk.Finish finish, boolean calls, SoftAssertions softly) {
        String norm = String.valueOf(recording.text("finish_reason_norm")).toUpperCase(Locale.ROOT);
        boolean stops = calls && norm.equals("STOP");
        FinishReason reason = stops ? FinishReason.TOOL_CALLS : FinishReason.valueOf(norm);
        softly.assertThat(finish.reason())
                .as("%s reason", recording)
                .isEqualTo(differently.getOrDefault(recording.id(), reason));
        softly.assertThat(finish.receipt().finishReason())
                .as("%s said", recording)
                .isEqualTo(recording.text("finish_reason"));
        softly.assertThat(finish.receipt().id()).as("%s id", recording).isEqualTo(recording.text("response_id"));
        softly.assertThat(finish.receipt().model()).as("%s model", recording).isEqualTo(recording.text("model"));
    }

    /** Where each event of a body ends, the beginning included. */
    static List<Integer> ends(String body, @Nullable String separator) {
        List<Integer> ends = new ArrayList<>(List.of(0));
        Matcher matcher = Pattern.compile(separator == null ? "\\r?\\n\\r?\\n" : separator)
                .matcher(body);
        while (matcher.find()) {
            ends.add(matcher.end());
        }
        return ends;
    }

    static Random seeded() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        return new Random(seed);
    }
}
