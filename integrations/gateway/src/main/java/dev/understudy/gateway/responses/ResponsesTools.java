package dev.understudy.gateway.responses;

import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.gateway.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads tools and the rule of their calls.
 *
 * @param toolSet the client's own functions
 */
record ResponsesTools(ToolSet toolSet) {

    /** @param extra receives the tools as they are if some are the vendor's */
    static ResponsesTools of(JsonFields body, Map<String, Object> extra) {
        List<Tool> tools = new ArrayList<>();
        boolean more = false;
        for (JsonFields tool : body.objects("tools")) {
            if (tool.text("type").equals("function")) {
                tools.add(tool(tool));
            } else {
                more = true;
            }
        }
        if (more) {
            putAsItIs(body, "tools", extra);
        }
        return new ResponsesTools(new ToolSet(tools, choice(body, tools, extra)));
    }

    private static void putAsItIs(JsonFields body, String name, Map<String, Object> extra) {
        Object value = JsonFields.plain(body.node().get(name));
        if (value != null) {
            extra.put(name, value);
        }
    }

    private static Tool tool(JsonFields tool) {
        String description = tool.findText("description");
        Map<String, Object> schema = tool.map("parameters");
        Tool bare = Tool.of(tool.text("name"), description == null ? "" : description);
        return (schema == null ? bare : new Tool(bare.name(), bare.description(), schema)).withStrict(isStrict(tool));
    }

    private static boolean isStrict(JsonFields tool) {
        @Nullable JsonNode strict = tool.find("strict");
        return strict != null && tool.flag("strict");
    }

    private static ToolSet.Choice choice(JsonFields body, List<Tool> tools, Map<String, Object> extra) {
        JsonNode choice = body.find("tool_choice");
        if (choice == null) {
            return ToolSet.Choice.auto();
        }
        if (choice.isObject()) {
            JsonFields object = JsonFields.of(choice, "tool_choice");
            if (object.text("type").equals("function")) {
                return ToolSet.Choice.named(object.text("name"));
            }
            putAsItIs(body, "tool_choice", extra);
            return ToolSet.Choice.auto();
        }
        return switch (String.valueOf(body.findText("tool_choice"))) {
            case "auto" -> ToolSet.Choice.auto();
            case "none" -> ToolSet.Choice.none();
            case "required" -> tools.isEmpty() ? ToolSet.Choice.auto() : ToolSet.Choice.required();
            default -> throw body.wrong("tool_choice", "auto, none, required, or an object that names a function");
        };
    }
}
