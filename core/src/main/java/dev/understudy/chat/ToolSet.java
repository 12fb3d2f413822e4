package dev.understudy.chat;

import java.util.List;
import java.util.Objects;

/**
 * The tools of a request.
 *
 * @param tools in the order they are shown to the model
 * @param choice whether they may or must be called
 */
public record ToolSet(List<Tool> tools, ToolChoice choice) {

    private static final ToolSet EMPTY = new ToolSet(List.of(), ToolChoice.auto());

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
}
