package dev.understudy.gateway.completions;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A request in the form of OpenAI's Chat Completions.
 *
 * @param request the request in the library's types, with the model that the client named
 * @param stream {@code true} if the client wants a stream
 * @param usage {@code true} if the stream must end with the usage
 */
public record CompletionRequest(ChatRequest request, boolean stream, boolean usage) {

    private static final Set<String> UNDERSTOOD = Set.of(
            "model",
            "messages",
            "tools",
            "tool_choice",
            "response_format",
            "temperature",
            "top_p",
            "max_tokens",
            "max_completion_tokens",
            "stop",
            "seed",
            "stream",
            "stream_options",
            "n",
            "logprobs",
            "top_logprobs");

    public static CompletionRequest of(byte[] body) {
        JsonFields jsonFields = JsonFields.of(body);
        refuseWhatCannotBeAnswered(jsonFields);
        try {
            ChatRequest request = new ChatRequest(
                    jsonFields.text("model"),
                    messages(jsonFields),
                    toolbox(jsonFields),
                    format(jsonFields),
                    sampling(jsonFields),
                    Map.of("openai-chat", others(jsonFields)));
            JsonFields options = jsonFields.object("stream_options");
            return new CompletionRequest(
                    request, jsonFields.flag("stream"), options != null && options.flag("include_usage"));
        } catch (IllegalArgumentException e) {
            throw BadRequest.request(400, "invalid_value", String.valueOf(e.getMessage()));
        }
    }

    /** Refuses options that the gateway cannot honour, instead of ignoring them. */
    private static void refuseWhatCannotBeAnswered(JsonFields jsonFields) {
        Long answers = jsonFields.whole("n");
        if (answers != null && answers != 1) {
            throw BadRequest.field("n", "n has to be 1: this gateway gives one answer");
        }
        if (jsonFields.flag("logprobs") || jsonFields.has("top_logprobs")) {
            throw BadRequest.field("logprobs", "logprobs are not given by this gateway");
        }
        for (String old : List.of("functions", "function_call")) {
            if (jsonFields.has(old)) {
                throw BadRequest.field(old, old + " is not known here: use tools and tool_choice");
            }
        }
        if (jsonFields.has("audio")) {
            throw BadRequest.field("audio", "audio is not given by this gateway");
        }
    }

    private static List<Message> messages(JsonFields jsonFields) {
        List<JsonFields> turns = jsonFields.objects("messages");
        if (turns.isEmpty()) {
            throw BadRequest.field("messages", "messages has to be an array with at least one message");
        }
        MessageParser read = new MessageParser();
        turns.forEach(read::add);
        return read.all();
    }

    private static ToolSet toolbox(JsonFields jsonFields) {
        List<Tool> tools = new ArrayList<>();
        for (JsonFields tool : jsonFields.objects("tools")) {
            JsonFields function = tool.object("function");
            if (!"function".equals(tool.text("type")) || function == null) {
                throw BadRequest.field(tool.at("type"), tool.at("type") + " has to be \"function\", with a function");
            }
            String description = function.findText("description");
            Map<String, ?> schema = function.map("parameters");
            Tool bare = Tool.of(function.text("name"), description == null ? "" : description);
            tools.add(schema == null ? bare : new Tool(bare.name(), bare.description(), schema));
        }
        return new ToolSet(tools, choice(jsonFields));
    }

    private static ToolSet.Choice choice(JsonFields jsonFields) {
        JsonNode choice = jsonFields.find("tool_choice");
        if (choice == null) {
            return ToolSet.Choice.auto();
        }
        if (choice.isObject()) {
            JsonFields function = JsonFields.of(choice, "tool_choice").object("function");
            if (function == null) {
                throw BadRequest.field("tool_choice.function", "tool_choice.function is missing");
            }
            return ToolSet.Choice.named(function.text("name"));
        }
        return switch (String.valueOf(jsonFields.findText("tool_choice"))) {
            case "auto" -> ToolSet.Choice.auto();
            case "none" -> ToolSet.Choice.none();
            case "required" -> ToolSet.Choice.required();
            default ->
                throw BadRequest.field(
                        "tool_choice",
                        "tool_choice has to be auto, none, required, or an object that names a function");
        };
    }

    private static ResponseFormat format(JsonFields jsonFields) {
        JsonFields format = jsonFields.object("response_format");
        if (format == null) {
            return ResponseFormat.text();
        }
        return switch (format.text("type")) {
            case "text" -> ResponseFormat.text();
            case "json_object" -> ResponseFormat.json();
            case "json_schema" -> schema(format);
            default ->
                throw BadRequest.field(
                        "response_format.type", "response_format.type has to be text, json_object or json_schema");
        };
    }

    private static ResponseFormat schema(JsonFields format) {
        JsonFields named = format.object("json_schema");
        Map<String, ?> schema = named == null ? null : named.map("schema");
        if (named == null || schema == null) {
            throw BadRequest.field(
                    "response_format.json_schema.schema", "response_format.json_schema needs a name and a schema");
        }
        return new ResponseFormat.JsonSchema(named.text("name"), schema, named.flag("strict"));
    }

    private static SamplingParameters sampling(JsonFields jsonFields) {
        Long most = jsonFields.whole("max_completion_tokens");
        most = most == null ? jsonFields.whole("max_tokens") : most;
        if (most != null && (most < 1 || most > Integer.MAX_VALUE)) {
            throw BadRequest.field("max_tokens", "max_tokens has to be 1 or more");
        }
        return SamplingParameters.defaults()
                .withTemperature(jsonFields.number("temperature"))
                .withTopP(jsonFields.number("top_p"))
                .withMaxTokens(most == null ? null : Integer.valueOf(most.intValue()))
                .withStop(stop(jsonFields.find("stop")))
                .withSeed(jsonFields.whole("seed"));
    }

    private static List<String> stop(@Nullable JsonNode stop) {
        if (stop == null) {
            return List.of();
        }
        List<String> all = new ArrayList<>();
        for (JsonNode one : stop.isArray() ? stop : List.of(stop)) {
            if (!one.isString()) {
                throw BadRequest.field("stop", "stop has to be a string or an array of strings");
            }
            all.add(one.stringValue());
        }
        return all;
    }

    /** Returns unknown fields, which are passed on to vendors of this dialect. */
    private static Map<String, Object> others(JsonFields jsonFields) {
        Map<String, Object> others = new java.util.LinkedHashMap<>();
        jsonFields.node().properties().forEach(field -> {
            if (!UNDERSTOOD.contains(field.getKey()) && !field.getValue().isNull()) {
                others.put(field.getKey(), JsonFields.plain(field.getValue()));
            }
        });
        return others;
    }
}
