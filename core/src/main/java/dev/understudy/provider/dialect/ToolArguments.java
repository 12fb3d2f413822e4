package dev.understudy.provider.dialect;

import dev.understudy.provider.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments of a tool call for vendors that expect an object instead of text. */
public final class ToolArguments {

    private ToolArguments() {}

    /**
     * Parses the arguments. Arguments that are no JSON object are sent as a field {@code invalid_arguments}, so that
     * nothing is lost.
     */
    public static Map<String, ? extends @Nullable Object> object(String arguments) {
        if (arguments.isBlank()) {
            return Map.of();
        }
        Map<String, @Nullable Object> object = Json.object(arguments);
        return object == null ? Map.of("invalid_arguments", arguments) : object;
    }
}
