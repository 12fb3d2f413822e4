package dev.understudy.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call of a tool, requested by the model.
 *
 * @param id id of the call, to be named by its result
 * @param name name of the tool
 * @param arguments arguments as JSON text as the model wrote it, which is not always valid
 * @param vendorData data that goes back with the call, such as a signature; {@code null} for none
 */
public record ToolCall(
        String id, String name, String arguments, @Nullable VendorData vendorData) implements ContentBlock {
    /**
     * Checks that no required value is {@code null}.
     *
     * @param id id of the call
     * @param name name of the tool
     * @param arguments arguments as JSON text as the model wrote it
     * @param vendorData data that goes back with the call
     */
    public ToolCall {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(arguments, "arguments");
    }

    /**
     * Creates a call without vendor data.
     *
     * @param id id of the call, to be named by its result
     * @param name name of the tool
     * @param arguments arguments as JSON text as the model wrote it
     */
    public ToolCall(String id, String name, String arguments) {
        this(id, name, arguments, null);
    }

    @Override
    public ToolCall withVendorData(@Nullable VendorData vendorData) {
        return new ToolCall(id, name, arguments, vendorData);
    }
}
