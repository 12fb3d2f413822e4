package dev.understudy.provider.framing;

import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.ollama.DecodeStream;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stream read by making a tree of each event and asking it for an error, the words and the reason of the end: the
 * least that a program can ask. The bytes are cut into events by the framing that our own decoder has, so what differs is
 * the reading alone.
 *
 * @param words where an event of the dialect holds the next words
 * @param finish where the reason of the end
 */
public record DecodeTree(UnaryOperator<JsonNode> words, UnaryOperator<JsonNode> finish) {

    private static final JsonMapper MAPPER = new JsonMapper();

    public static DecodeTree of(String dialect) {
        return switch (dialect) {
            case "openai-chat" ->
                new DecodeTree(
                        event -> event.path("choices").path(0).path("delta").path("content"),
                        event -> event.path("choices").path(0).path("finish_reason"));
            case "anthropic" ->
                new DecodeTree(event -> event.path("delta").path("text"), event -> event.path("delta")
                        .path("stop_reason"));
            case "openai-responses" ->
                new DecodeTree(event -> event.path("delta"), event -> event.path("response")
                        .path("status"));
            case "gemini" ->
                new DecodeTree(
                        event -> event.path("candidates")
                                .path(0)
                                .path("content")
                                .path("parts")
                                .path(0)
                                .path("text"),
                        event -> event.path("candidates").path(0).path("finishReason"));
            case "ollama" ->
                new DecodeTree(event -> event.path("message").path("content"), event -> event.path("done_reason"));
            case "cohere" ->
                new DecodeTree(
                        event -> event.path("delta")
                                .path("message")
                                .path("content")
                                .path("text"),
                        event -> event.path("delta").path("finish_reason"));
            default -> new DecodeTree(event -> event.path("delta").path("text"), event -> event.path("stopReason"));
        };
    }

    /** Gives the reason of the end. */
    public String read(DecodeStream stream, Consumer<StreamChunk> out) {
        String end = "";
        Framing framing = stream.dialect().framing();
        for (byte[] piece : stream.pieces()) {
            framing.push(piece);
            while (framing.next()) {
                JsonNode event = MAPPER.readTree(framing.payload(), framing.offset(), framing.length());
                if (event.hasNonNull("error")) {
                    throw new IllegalStateException("An error in the stream");
                }
                String said = words.apply(event).asString("");
                if (!said.isEmpty()) {
                    out.accept(new StreamChunk.Text(said));
                }
                end = finish.apply(event).asString(end);
            }
        }
        return end;
    }
}
