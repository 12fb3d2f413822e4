package dev.understudy.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether the model may, must or must not call tools.
 *
 * @param mode which of these
 * @param tool the tool that must be called, for {@link Mode#NAMED} only
 */
public record ToolChoice(Mode mode, @Nullable String tool) {

    public enum Mode {
        /** The model decides. */
        AUTO,
        /** No tool may be called. */
        NONE,
        /** Some tool must be called. */
        REQUIRED,
        /** This tool must be called. */
        NAMED
    }

    public ToolChoice {
        Objects.requireNonNull(mode, "mode");
        if ((mode == Mode.NAMED) != (tool != null)) {
            throw new IllegalArgumentException("A tool is named with NAMED, and only then: " + mode + ", " + tool);
        }
    }

    public static ToolChoice auto() {
        return new ToolChoice(Mode.AUTO, null);
    }

    public static ToolChoice none() {
        return new ToolChoice(Mode.NONE, null);
    }

    public static ToolChoice required() {
        return new ToolChoice(Mode.REQUIRED, null);
    }

    public static ToolChoice named(String tool) {
        return new ToolChoice(Mode.NAMED, tool);
    }
}
