package dev.understudy.provider.ollama;

import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.ErrorField;
import dev.understudy.provider.dialect.Logprobs;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Content of one line of a stream, or of one whole answer, which have the same form. Reset for each, so that a line
 * counts completely or not at all.
 */
final class OllamaEvent {

    /** Model and tokens, from the last line that has them. */
    @Nullable
    String model;

    int input;
    int output;

    String created = "";
    String text = "";
    String thinking = "";

    /** Tool calls; the id is "" if the server sends none. */
    List<ToolCall> calls = new ArrayList<>(0);

    /** Log probabilities of tokens. */
    List<?> logprobs = List.of();

    private final boolean withLogprobs;
    private final JsonReader reader = new JsonReader();

    boolean done;

    @Nullable
    String reason;

    boolean isError;

    /** @param withLogprobs true if log probabilities are read */
    OllamaEvent(boolean withLogprobs) {
        this.withLogprobs = withLogprobs;
    }

    void read(byte[] bytes, int offset, int length) {
        created = "";
        text = "";
        thinking = "";
        calls = new ArrayList<>(0);
        logprobs = List.of();
        done = false;
        reason = null;
        isError = false;
        JsonReader in = reader.open(bytes, offset, length);
        if (!in.object()) {
            throw JsonErrors.rejected("a line that is no JSON object");
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "model" -> model = model == null ? in.string() : in.repeated(model);
                case "created_at" -> created = in.string("");
                case "message" -> message(in);
                case Logprobs.FIELD -> logprobs = withLogprobs ? JsonTree.list(in) : List.of();
                case "done" -> done = in.bool(false);
                case "done_reason" -> reason = word(in);
                case "prompt_eval_count", "prompt_tokens" -> input = tokens(in, input);
                case "eval_count", "completion_tokens" -> output = tokens(in, output);
                case "error" -> isError |= ErrorField.isSet(in);
                default -> in.skip();
            }
        }
    }

    private static int tokens(JsonReader in, int before) {
        int read = in.integer(before);
        return read <= 0 ? before : read; // a zero replaces no number
    }

    private static @Nullable String word(JsonReader in) {
        String word = in.string("");
        return word.isBlank() ? null : word;
    }

    private void message(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "content" -> text = JsonTree.textOf(in);
                    case "thinking" -> thinking = in.string("");
                    case "tool_calls" -> calls(in);
                    default -> in.skip();
                }
            }
        }
    }

    private void calls(JsonReader in) {
        calls.clear(); // of a repeated field the last one counts
        if (in.array()) {
            while (in.nextElement()) {
                String id = "";
                String name = "";
                String arguments = "{}";
                if (in.object()) {
                    while (in.nextField()) {
                        if (in.field().equals("id")) {
                            id = in.string("");
                        } else if (in.field().equals("function") && in.object()) {
                            while (in.nextField()) {
                                switch (in.field()) {
                                    case "name" -> name = in.string("");
                                    case "arguments" -> arguments = in.isObject() ? JsonTree.text(in) : in.string("{}");
                                    default -> in.skip();
                                }
                            }
                        }
                    }
                }
                if (!name.isEmpty()) {
                    calls.add(new ToolCall(id, name, arguments.isEmpty() ? "{}" : arguments));
                } else if (arguments.length() > 2) {
                    throw CallArguments.rejected("a tool call without a name");
                }
            }
        }
    }
}
