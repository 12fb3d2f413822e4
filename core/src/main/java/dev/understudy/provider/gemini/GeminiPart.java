package dev.understudy.provider.gemini;

import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One part of an answer.
 *
 * @param text "" if it has none
 * @param thought true if the text is reasoning
 * @param signature "" without one
 * @param call the tool call, if the part is one
 * @param other fields other than these, such as an image or the output of a tool that the vendor runs itself
 */
record GeminiPart(
        String text,
        boolean thought,
        String signature,
        @Nullable Call call,
        Map<String, @Nullable Object> other) {

    /**
     * A tool call, or a fragment of one if arguments are streamed.
     *
     * @param id "" if the vendor sends none
     * @param name "" in all fragments but the first
     * @param arguments as JSON; "" if they are fragmented
     * @param pieces the arguments in this fragment
     * @param goesOn true if more fragments follow
     */
    record Call(String id, String name, String arguments, GeminiArguments pieces, boolean goesOn) {}

    static GeminiPart read(JsonReader in) {
        String text = "";
        boolean thought = false;
        String signature = "";
        Call call = null;
        Map<String, @Nullable Object> other = Map.of();
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "text" -> text = in.string("");
                    case "thought" -> thought = in.bool(false);
                    case "thoughtSignature", "thought_signature" -> signature = in.string("");
                    case "functionCall" -> call = call(in);
                    default -> {
                        if (in.isObject()) {
                            String name = in.field();
                            other = other.isEmpty() ? new LinkedHashMap<>() : other;
                            other.put(name, JsonTree.of(in));
                        }
                    }
                }
            }
        }
        return new GeminiPart(text, thought, signature, call, other);
    }

    private static @Nullable Call call(JsonReader in) {
        if (!in.object()) {
            return null;
        }
        String id = "";
        String name = "";
        String arguments = "";
        GeminiArguments pieces = new GeminiArguments();
        boolean goesOn = false;
        while (in.nextField()) {
            switch (in.field()) {
                case "id" -> id = in.string("");
                case "name" -> name = in.string("");
                case "args" -> arguments = in.isObject() ? JsonTree.text(in) : in.string("");
                case "partialArgs" -> pieces.read(in);
                case "willContinue" -> goesOn = in.bool(false);
                default -> in.skip();
            }
        }
        return new Call(id, name, arguments, pieces, goesOn);
    }
}
