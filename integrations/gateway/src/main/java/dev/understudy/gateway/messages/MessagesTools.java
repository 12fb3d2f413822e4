package dev.understudy.gateway.messages;

import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CommonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads tools and the rule of their calls.
 *
 * @param toolSet the client's own tools
 * @param parallel true if several tools may be called at once; null if the client does not say
 */
record MessagesTools(ToolSet toolSet, @Nullable Boolean parallel) {

    private static final Set<String> OF_A_TOOL =
            Set.of("type", "name", "description", "input_schema", "strict", "cache_control");

    /** @param extra receives the tools as they are if some are the vendor's, or have more than a tool of the library */
    static MessagesTools of(JsonFields body, Map<String, Object> extra) {
        List<Tool> tools = new ArrayList<>();
        boolean more = false;
        for (JsonFields tool : body.objects("tools")) {
            String type = tool.findText("type");
            if (type != null && !type.equals("custom")) {
                more = true;
                continue;
            }
            more |= tool.node().properties().stream().anyMatch(field -> !OF_A_TOOL.contains(field.getKey()));
            tools.add(tool(tool));
        }
        if (more) {
            putAsItIs(body, "tools", extra);
        }
        JsonFields choice = body.object("tool_choice");
        if (choice == null) {
            return new MessagesTools(new ToolSet(tools, ToolSet.Choice.auto()), null);
        }
        Boolean parallel = choice.has("disable_parallel_tool_use") ? !choice.flag("disable_parallel_tool_use") : null;
        return new MessagesTools(new ToolSet(tools, choice(choice, tools, more, body, extra)), parallel);
    }

    private static void putAsItIs(JsonFields body, String name, Map<String, Object> extra) {
        Object value = JsonFields.plain(body.node().get(name));
        if (value != null) {
            extra.put(name, value);
        }
    }

    private static Tool tool(JsonFields tool) {
        Map<String, Object> schema = tool.map("input_schema");
        if (schema == null) {
            throw BadRequest.field(tool.at("input_schema"), tool.at("input_schema") + " is missing");
        }
        String description = tool.findText("description");
        return new Tool(tool.text("name"), description == null ? "" : description, schema)
                .withStrict(tool.flag("strict"))
                .withCacheHint(CommonFields.cacheHint(tool));
    }

    private static ToolSet.Choice choice(
            JsonFields choice, List<Tool> tools, boolean more, JsonFields body, Map<String, Object> extra) {
        return switch (choice.text("type")) {
            case "auto" -> ToolSet.Choice.auto();
            case "none" -> ToolSet.Choice.none();
            case "any" -> ToolSet.Choice.required();
            case "tool" -> {
                String name = choice.text("name");
                if (more && tools.stream().noneMatch(tool -> tool.name().equals(name))) {
                    putAsItIs(body, "tool_choice", extra);
                    yield ToolSet.Choice.auto();
                }
                yield ToolSet.Choice.named(name);
            }
            default -> throw choice.wrong("type", "auto, any, tool or none");
        };
    }
}
