package dev.understudy.provider.openai;

import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Content of one choice: the delta of a stream or a whole message, which have the same fields. Reset for each event.
 */
final class OpenAiChatDelta {

    /** Fragment of a tool call, or a whole one. Missing values are "" or -1. */
    static final class Piece {
        int index;
        String id = "";
        String name = "";
        String arguments = "";

        /** Fields with an object that are not part of a call, such as a signature; empty without any. */
        Map<String, @Nullable Object> extra = Map.of();
    }

    private static final List<String> REASONING_PARTS = List.of("thinking", "summary", "reasoning");

    /** Fields of content parts. */
    private static final List<String> PARTS =
            List.of("text", "refusal", "thinking", "summary", "reasoning", "image_url", "reference_ids");

    String text = "";
    String refusal = "";
    private String reasoning = "";
    private String thinking = "";
    private String reasoningField = "";
    private String detailText = "";
    private List<Map<String, @Nullable Object>> details = List.of();

    /** The field {@code extra_content} of the message, with its name; empty without it. */
    Map<String, @Nullable Object> extra = Map.of();

    /** URLs of images. */
    List<String> images = List.of();

    final OpenAiChatAudio.Piece audio = new OpenAiChatAudio.Piece();

    /** Sources that are cited. */
    List<?> annotations = List.of();

    /** Log probabilities of tokens. */
    List<?> logprobs = List.of();

    @Nullable
    String finish;

    @Nullable
    String nativeFinish;

    private final List<Piece> pieces = new ArrayList<>(1);
    private int used;

    /** The finish reason is a blank text: the end of a whole answer, but a placeholder in each delta of a stream. */
    boolean finishIsBlank;

    /** The choice holds a whole message, not a delta. */
    boolean isMessage;

    private boolean hasWords;

    /** A field other than the text was read, or a text that is a list of parts. */
    private boolean hasMore;

    void clear() {
        finish = null;
        finishIsBlank = false;
        nativeFinish = null;
        isMessage = false;
        hasWords = false;
        logprobs = List.of();
        clearWords();
    }

    private void clearWords() {
        text = "";
        if (hasMore) {
            clearMore();
        }
    }

    private void clearMore() {
        hasMore = false;
        refusal = "";
        reasoning = "";
        thinking = "";
        reasoningField = "";
        detailText = "";
        details = List.of();
        extra = Map.of();
        images = List.of();
        annotations = List.of();
        audio.clear();
        used = 0;
    }

    /** Returns false if the text is all there is, as in most deltas of a stream. */
    boolean hasMore() {
        return hasMore;
    }

    boolean reasoningInWords() {
        return !reasoning.isEmpty() || !thinking.isEmpty();
    }

    /**
     * Reasoning text. Servers send it in several fields at once, of which one counts; details count only without the
     * others.
     */
    String reasoning(boolean orDetails) {
        if (!reasoning.isEmpty()) {
            return reasoning;
        }
        return thinking.isEmpty() && orDetails ? detailText : thinking;
    }

    /** Name of the field whose text is the reasoning; "" without such text. */
    String reasoningField() {
        return !reasoning.isEmpty() ? reasoningField : thinking.isEmpty() ? "" : OpenAiChatReasoning.THINKING;
    }

    List<Map<String, @Nullable Object>> details() {
        return details;
    }

    boolean hasReasoning() {
        return reasoningInWords() || !details.isEmpty();
    }

    /** Returns true if there is more than reasoning. */
    boolean isAnswer() {
        return !text.isEmpty() || used > 0 || !refusal.isEmpty() || !images.isEmpty() || !audio.isEmpty();
    }

    int pieces() {
        return used;
    }

    Piece piece(int i) {
        return pieces.get(i);
    }

    /**
     * Reads a delta or a message. Some servers send both, the message with all text so far.
     *
     * @param counts true if this one counts where both are present
     */
    void read(JsonReader in, boolean message, boolean counts) {
        if (in.isNull() || (hasWords && !counts)) {
            return;
        }
        clearWords();
        hasWords = true;
        isMessage = message;
        words(in);
    }

    private void words(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            if (in.field().equals("content")) {
                content(in);
            } else if (!in.isNull()) {
                other(in);
            }
        }
    }

    private void other(JsonReader in) {
        switch (in.field()) {
            case "refusal" -> refusal = in.string("");
            case "reasoning_content", "reasoning", "reasoning_text" -> {
                if (reasoning.isEmpty()) {
                    String name = in.field();
                    reasoning = in.string("");
                    reasoningField = name;
                }
            }
            case "reasoning_details" -> details(in);
            case "tool_calls" -> toolCalls(in);
            case "function_call" -> functionCall(in);
            case "extra_content" -> extra = extra(in, extra);
            case "images" -> images(in);
            case "audio" -> audio.read(in);
            case "annotations" -> annotations = JsonTree.list(in);
            default -> {
                in.skip();
                return;
            }
        }
        hasMore = true;
    }

    /** Reads a string, a list of parts, or an object or a list that a server made of an answer in JSON. */
    private void content(JsonReader in) {
        if (!in.isArray()) {
            text = JsonTree.textOf(in);
            return;
        }
        hasMore = true;
        StringBuilder said = new StringBuilder();
        StringBuilder refusals = new StringBuilder(refusal);
        StringBuilder thoughts = new StringBuilder();
        boolean parts = false;
        List<?> elements = JsonTree.of(in) instanceof List<?> list ? list : List.of();
        for (Object element : elements) {
            if (element instanceof Map<?, ?> part) {
                parts |= part.containsKey("type") || PARTS.stream().anyMatch(part::containsKey);
                said.append(scalar(part.get("text")));
                refusals.append(scalar(part.get("refusal")));
                for (String field : REASONING_PARTS) {
                    thoughts.append(textsOf(part.get(field)));
                }
            } else {
                parts |= element instanceof String;
                said.append(scalar(element));
            }
        }
        text = parts || elements.isEmpty() ? said.toString() : Json.text(elements);
        refusal = refusals.toString();
        thinking = thoughts.toString();
    }

    private static String scalar(@Nullable Object value) {
        return value == null || value instanceof Map || value instanceof List ? "" : value.toString();
    }

    /** Returns a string, or the texts of a list of objects with a text. */
    private static String textsOf(@Nullable Object value) {
        if (!(value instanceof List<?> list)) {
            return scalar(value);
        }
        StringBuilder texts = new StringBuilder();
        for (Object element : list) {
            texts.append(scalar(element instanceof Map<?, ?> map ? map.get("text") : element));
        }
        return texts.toString();
    }

    private void details(JsonReader in) {
        if (!in.array()) {
            return;
        }
        StringBuilder texts = new StringBuilder();
        List<Map<String, @Nullable Object>> all = new ArrayList<>(1);
        while (in.nextElement()) {
            Map<String, @Nullable Object> detail = JsonTree.object(in);
            if (!detail.isEmpty()) {
                all.add(detail);
                texts.append(detail.get("text") instanceof String text ? text : "")
                        .append(detail.get("summary") instanceof String summary ? summary : "");
            }
        }
        details = all;
        detailText = texts.toString();
    }

    /** Reads images, each an object around a URL. */
    private void images(JsonReader in) {
        if (!in.array()) {
            return;
        }
        List<String> urls = new ArrayList<>(1);
        while (in.nextElement()) {
            if (JsonTree.object(in).get("image_url") instanceof Map<?, ?> image
                    && image.get("url") instanceof String url
                    && !url.isEmpty()) {
                urls.add(url);
            }
        }
        images = urls;
    }

    private static Map<String, @Nullable Object> extra(JsonReader in, Map<String, @Nullable Object> before) {
        if (!in.isObject()) {
            in.skip();
            return before;
        }
        Map<String, @Nullable Object> extra = new LinkedHashMap<>(before);
        String name = in.field();
        extra.put(name, JsonTree.of(in));
        return extra;
    }

    private void toolCalls(JsonReader in) {
        if (in.array()) {
            while (in.nextElement()) {
                if (in.isObject()) {
                    call(in, next());
                }
            }
        } else if (in.isObject()) {
            call(in, next());
        }
    }

    /** Reads the older form of a single tool call. Some servers send it empty beside the newer form. */
    private void functionCall(JsonReader in) {
        if (in.isObject() && used == 0) {
            Piece piece = next();
            call(in, piece);
            if (piece.name.isEmpty() && piece.arguments.isEmpty()) {
                used = 0;
            }
        }
    }

    private Piece next() {
        if (used == pieces.size()) {
            pieces.add(new Piece());
        }
        Piece piece = pieces.get(used++);
        piece.index = -1;
        piece.id = "";
        piece.name = "";
        piece.arguments = "";
        piece.extra = Map.of();
        return piece;
    }

    private static void call(JsonReader in, Piece piece) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "index" -> piece.index = in.integer(-1);
                case "id" -> piece.id = in.string("");
                case "function", "custom" -> call(in, piece);
                case "name" -> piece.name = or(in, piece.name);
                case "arguments", "input" -> piece.arguments = or(in, piece.arguments);
                default -> piece.extra = extra(in, piece.extra);
            }
        }
    }

    /** Arguments are text that holds JSON; some servers send the JSON itself. */
    private static String or(JsonReader in, String before) {
        String value = in.isObject() || in.isArray() ? JsonTree.text(in) : in.string("");
        return value.isEmpty() ? before : value;
    }
}
