package dev.understudy.chat;

import java.util.Objects;

/**
 * A call of a tool, requested by the model.
 *
 * @param id id of the call, to be named by its result
 * @param name name of the tool
 * @param arguments arguments as JSON text as the model wrote it, which is not always valid
 */
public record ToolCall(String id, String name, String arguments) {
    /**
     * Checks that no required value is {@code null}.
     *
     * @param id id of the call
     * @param name name of the tool
     * @param arguments arguments as JSON text as the model wrote it
     */
    public ToolCall {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(arguments, "arguments");
    }
}
