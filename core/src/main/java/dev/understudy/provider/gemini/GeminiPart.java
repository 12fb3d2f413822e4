package dev.understudy.provider.gemini;

import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * One part of an answer. Pictures, and what the vendor's own tools ran, are passed over.
 *
 * @param text "" if it has none
 * @param thought whether the text is the model's reasoning
 * @param signature "" without one
 * @param call the tool call it is, if it is one
 */
record GeminiPart(
        String text,
        boolean thought,
        String signature,
        @Nullable Call call) {

    /**
     * A tool call, or a piece of one where the vendor was asked to stream arguments.
     *
     * @param id "" if the vendor gives none
     * @param name "" in all but the first piece
     * @param arguments as JSON; "" if they come in pieces
     * @param pieces the arguments that this piece brings
     * @param goesOn whether more pieces follow
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
