package dev.understudy.provider.gemini;

import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * One part of an answer. Images, and output of tools that the vendor runs itself, are skipped.
 *
 * @param text "" if it has none
 * @param thought true if the text is reasoning
 * @param signature "" without one
 * @param call the tool call, if the part is one
 */
record GeminiPart(
        String text,
        boolean thought,
        String signature,
        @Nullable Call call) {

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
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "text" -> text = in.string("");
                    case "thought" -> thought = in.bool(false);
                    case "thoughtSignature", "thought_signature" -> signature = in.string("");
                    case "functionCall" -> call = call(in);
                    default -> in.skip();
                }
            }
        }
        return new GeminiPart(text, thought, signature, call);
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
