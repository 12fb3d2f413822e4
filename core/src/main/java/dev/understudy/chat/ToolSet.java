package dev.understudy.chat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tools of a request.
 *
 * @param tools in the order they are shown to the model
 * @param choice whether they may or must be called
 */
public record ToolSet(List<Tool> tools, Choice choice) {

    private static final ToolSet EMPTY = new ToolSet(List.of(), Choice.auto());

    public ToolSet {
        Objects.requireNonNull(choice, "choice");
        tools = List.copyOf(tools);
        if (tools.stream().map(Tool::name).distinct().count() != tools.size()) {
            throw new IllegalArgumentException("Each tool needs a name of its own: "
                    + tools.stream().map(Tool::name).toList());
        }
        if (choice.tool() != null
                && tools.stream().noneMatch(tool -> tool.name().equals(choice.tool()))) {
            throw new IllegalArgumentException("The tool that must be called is not among the tools: " + choice.tool());
        }
    }

    /** No tools. */
    public static ToolSet empty() {
        return EMPTY;
    }

    public boolean isEmpty() {
        return tools.isEmpty();
    }

    /**
     * Whether the model may, must or must not call tools.
     *
     * @param mode which of these
     * @param tool the tool that must be called, for {@link Mode#NAMED} only
     */
    public record Choice(Mode mode, @Nullable String tool) {

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

        public Choice {
            Objects.requireNonNull(mode, "mode");
            if ((mode == Mode.NAMED) != (tool != null)) {
                throw new IllegalArgumentException("A tool is named with NAMED, and only then: " + mode + ", " + tool);
            }
        }

        public static Choice auto() {
            return new Choice(Mode.AUTO, null);
        }

        public static Choice none() {
            return new Choice(Mode.NONE, null);
        }

        public static Choice required() {
            return new Choice(Mode.REQUIRED, null);
        }

        public static Choice named(String tool) {
            return new Choice(Mode.NAMED, tool);
        }
    }
}
