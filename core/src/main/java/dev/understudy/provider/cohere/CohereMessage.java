package dev.understudy.provider.cohere;

import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of Cohere, whole or a piece of one: content and tool calls are lists in the first case and one entry of them
 * in the second. Citations are passed over.
 */
final class CohereMessage {

    /**
     * A tool call or a piece of one.
     *
     * @param id "" in a piece
     * @param name "" in a piece
     * @param arguments as the model wrote them, or the next characters of them
     */
    record Call(String id, String name, String arguments) {}

    String text = "";
    String thinking = "";
    String plan = "";
    final List<Call> calls = new ArrayList<>(0);

    void clear() {
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
                default -> in.skip();
            }
        }
    }

    /** Of a field that is said twice the last counts. */
    private void content(JsonReader in) {
        text = "";
        thinking = "";
        if (in.isString()) {
            text = in.string("");
            return;
        }
        StringBuilder said = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        if (in.array()) {
            while (in.nextElement()) {
                block(in, said, thoughts);
            }
        } else {
            block(in, said, thoughts);
        }
        text = said.toString();
        thinking = thoughts.toString();
    }

    private static void block(JsonReader in, StringBuilder said, StringBuilder thoughts) {
        String words = "";
        String thought = "";
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "text" -> words = in.string("");
                    case "thinking" -> thought = in.string("");
                    default -> in.skip();
                }
            }
        }
        said.append(words);
        thoughts.append(thought);
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
