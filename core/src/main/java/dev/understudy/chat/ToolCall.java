package dev.understudy.chat;

import java.util.Objects;

/**
 * A tool that the model wants called.
 *
 * @param id the id that the result must name
 * @param name the tool
 * @param arguments JSON as the model wrote it, which is not always valid
 */
public record ToolCall(String id, String name, String arguments) {
    public ToolCall {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(arguments, "arguments");
    }
}
