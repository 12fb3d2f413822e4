package dev.understudy.provider.cohere;

import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.List;

/**
 * A message, whole or a fragment of one: content and tool calls are lists in the first case and one entry of them in
 * the second, and so are citations.
 */
final class CohereMessage {

    /**
     * A tool call or a fragment of one.
     *
     * @param id "" in a fragment
     * @param name "" in a fragment
     * @param arguments as the model wrote them, or the next characters of them
     */
    record Call(String id, String name, String arguments) {}

    String text = "";
    String thinking = "";
    String plan = "";
    final List<Call> calls = new ArrayList<>(0);
    List<?> citations = List.of();

    void clear() {
        citations = List.of();
        text = "";
        thinking = "";
        plan = "";
        calls.clear();
    }

    void read(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "content" -> content(in);
                case "tool_plan" -> plan = in.string("");
                case "tool_calls" -> calls(in);
                case "citations" -> citations = JsonTree.list(in);
                default -> in.skip();
            }
        }
    }

    /** Reads content; of a repeated field the last one counts. */
    private void content(JsonReader in) {
        text = "";
        thinking = "";
        if (in.isString()) {
            text = in.string("");
            return;
        }
        StringBuilder texts = new StringBuilder();
        StringBuilder reasoningTexts = new StringBuilder();
        if (in.array()) {
            while (in.nextElement()) {
                block(in, texts, reasoningTexts);
            }
        } else {
            block(in, texts, reasoningTexts);
        }
        text = texts.toString();
        thinking = reasoningTexts.toString();
    }

    private static void block(JsonReader in, StringBuilder texts, StringBuilder reasoningTexts) {
        String blockText = "";
        String reasoningText = "";
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "text" -> blockText = in.string("");
                    case "thinking" -> reasoningText = in.string("");
                    default -> in.skip();
                }
            }
        }
        texts.append(blockText);
        reasoningTexts.append(reasoningText);
    }

    private void calls(JsonReader in) {
        calls.clear();
        if (in.array()) {
            while (in.nextElement()) {
                call(in);
            }
        } else {
            call(in);
        }
    }

    private void call(JsonReader in) {
        if (!in.object()) {
            return;
        }
        String id = "";
        String name = "";
        String arguments = "";
        while (in.nextField()) {
            if (in.field().equals("id")) {
                id = in.string("");
            } else if (in.field().equals("function") && in.object()) {
                while (in.nextField()) {
                    switch (in.field()) {
                        case "name" -> name = in.string("");
                        case "arguments" -> arguments = in.isObject() ? JsonTree.text(in) : in.string("");
                        default -> in.skip();
                    }
                }
            }
        }
        calls.add(new Call(id, name, arguments));
    }
}
