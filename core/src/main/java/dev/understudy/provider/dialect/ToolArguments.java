package dev.understudy.provider.dialect;

import dev.understudy.provider.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a tool call for vendors that take an object where others take its text. */
public final class ToolArguments {

    private ToolArguments() {}

    /** Arguments that are no object are sent under a name of their own, so that nothing is lost. */
    public static Map<String, ? extends @Nullable Object> object(String arguments) {
        if (arguments.isBlank()) {
            return Map.of();
        }
        Map<String, @Nullable Object> object = Json.object(arguments);
        return object == null ? Map.of("invalid_arguments", arguments) : object;
    }
}
