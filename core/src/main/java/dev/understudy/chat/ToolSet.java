package dev.understudy.chat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tools of a request.
 *
 * @param tools the tools in the order that the model sees, with distinct names
 * @param choice rule of tool calls
 */
public record ToolSet(List<Tool> tools, Choice choice) {

    private static final ToolSet EMPTY = new ToolSet(List.of(), Choice.auto());

    /**
     * Checks and copies the values.
     *
     * @param tools the tools in the order that the model sees
     * @param choice rule of tool calls
     * @throws IllegalArgumentException if two tools have one name, or the tool to call is not among the tools
     */
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

    /**
     * Returns the default: no tools.
     *
     * @return the tool set
     */
    public static ToolSet empty() {
        return EMPTY;
    }

    /**
     * Returns whether there are no tools.
     *
     * @return {@code true} if the set is empty
     */
    public boolean isEmpty() {
        return tools.isEmpty();
    }

    /**
     * Rule of tool calls: the model may, must or must not call tools.
     *
     * @param mode kind of choice
     * @param tool name of the tool to call with {@link Mode#NAMED}; otherwise {@code null}
     */
    public record Choice(Mode mode, @Nullable String tool) {

        /** Kind of choice. */
        public enum Mode {
            /** The model decides. */
            AUTO,
            /** No tool may be called. */
            NONE,
            /** A tool must be called. */
            REQUIRED,
            /** The named tool must be called. */
            NAMED
        }

        /**
         * Checks that a tool is named with {@link Mode#NAMED} only.
         *
         * @param mode kind of choice
         * @param tool name of the tool to call with {@link Mode#NAMED}
         * @throws IllegalArgumentException if a tool is named with another mode, or missing
         */
        public Choice {
            Objects.requireNonNull(mode, "mode");
            if ((mode == Mode.NAMED) != (tool != null)) {
                throw new IllegalArgumentException("A tool is named with NAMED, and only then: " + mode + ", " + tool);
            }
        }

        /**
         * Returns the default: the model decides.
         *
         * @return the choice
         */
        public static Choice auto() {
            return new Choice(Mode.AUTO, null);
        }

        /**
         * Returns the choice that no tool may be called.
         *
         * @return the choice
         */
        public static Choice none() {
            return new Choice(Mode.NONE, null);
        }

        /**
         * Returns the choice that a tool must be called.
         *
         * @return the choice
         */
        public static Choice required() {
            return new Choice(Mode.REQUIRED, null);
        }

        /**
         * Returns the choice that one tool must be called.
         *
         * @param tool name of the tool
         * @return the choice
         */
        public static Choice named(String tool) {
            return new Choice(Mode.NAMED, tool);
        }
    }
}
