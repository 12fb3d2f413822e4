package dev.understudy.examples.gateway;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Sampling;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolChoice;
import dev.understudy.chat.Toolbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a client asks, in the form of OpenAI's Chat Completions.
 *
 * @param request the same in our words; its model is what the client named
 * @param stream whether it wants tokens as they come
 * @param usage whether a stream shall end with the tokens used
 */
record Question(ChatRequest request, boolean stream, boolean usage) {

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

    static Question of(byte[] body) {
        Fields fields = Fields.of(body);
        refuseWhatCannotBeAnswered(fields);
        try {
            ChatRequest request = new ChatRequest(
                    fields.text("model"),
                    messages(fields),
                    toolbox(fields),
                    format(fields),
                    sampling(fields),
                    Map.of("openai-chat", others(fields)));
            Fields options = fields.object("stream_options");
            return new Question(request, fields.flag("stream"), options != null && options.flag("include_usage"));
        } catch (IllegalArgumentException e) {
            throw Wrong.request(400, "invalid_value", String.valueOf(e.getMessage()));
        }
    }

    /** Better a clear no than an answer that lacks what was asked for. */
    private static void refuseWhatCannotBeAnswered(Fields fields) {
        Long answers = fields.whole("n");
        if (answers != null && answers != 1) {
            throw Wrong.field("n", "n has to be 1: this gateway gives one answer");
        }
        if (fields.flag("logprobs") || fields.has("top_logprobs")) {
            throw Wrong.field("logprobs", "logprobs are not given by this gateway");
        }
        for (String old : List.of("functions", "function_call")) {
            if (fields.has(old)) {
                throw Wrong.field(old, old + " is not known here: use tools and tool_choice");
            }
        }
        if (fields.has("audio")) {
            throw Wrong.field("audio", "audio is not given by this gateway");
        }
    }

    private static List<Message> messages(Fields fields) {
        List<Fields> turns = fields.objects("messages");
        if (turns.isEmpty()) {
            throw Wrong.field("messages", "messages has to be an array with at least one message");
        }
        Turns read = new Turns();
        turns.forEach(read::add);
        return read.all();
    }

    private static Toolbox toolbox(Fields fields) {
        List<Tool> tools = new ArrayList<>();
        for (Fields tool : fields.objects("tools")) {
            Fields function = tool.object("function");
            if (!"function".equals(tool.text("type")) || function == null) {
                throw Wrong.field(tool.at("type"), tool.at("type") + " has to be \"function\", with a function");
            }
            String description = function.findText("description");
            Map<String, ?> schema = function.map("parameters");
            Tool bare = Tool.of(function.text("name"), description == null ? "" : description);
            tools.add(schema == null ? bare : new Tool(bare.name(), bare.description(), schema));
        }
        return new Toolbox(tools, choice(fields));
    }

    private static ToolChoice choice(Fields fields) {
        JsonNode choice = fields.find("tool_choice");
        if (choice == null) {
            return ToolChoice.auto();
        }
        if (choice.isObject()) {
            Fields function = Fields.of(choice, "tool_choice").object("function");
            if (function == null) {
                throw Wrong.field("tool_choice.function", "tool_choice.function is missing");
            }
            return ToolChoice.named(function.text("name"));
        }
        return switch (String.valueOf(fields.findText("tool_choice"))) {
            case "auto" -> ToolChoice.auto();
            case "none" -> ToolChoice.none();
            case "required" -> ToolChoice.required();
            default ->
                throw Wrong.field(
                        "tool_choice",
                        "tool_choice has to be auto, none, required, or an object that names a function");
        };
    }

    private static ResponseFormat format(Fields fields) {
        Fields format = fields.object("response_format");
        if (format == null) {
            return ResponseFormat.text();
        }
        return switch (format.text("type")) {
            case "text" -> ResponseFormat.text();
            case "json_object" -> ResponseFormat.json();
            case "json_schema" -> schema(format);
            default ->
                throw Wrong.field(
                        "response_format.type", "response_format.type has to be text, json_object or json_schema");
        };
    }

    private static ResponseFormat schema(Fields format) {
        Fields named = format.object("json_schema");
        Map<String, ?> schema = named == null ? null : named.map("schema");
        if (named == null || schema == null) {
            throw Wrong.field(
                    "response_format.json_schema.schema", "response_format.json_schema needs a name and a schema");
        }
        return new ResponseFormat.JsonSchema(named.text("name"), schema, named.flag("strict"));
    }

    private static Sampling sampling(Fields fields) {
        Long most = fields.whole("max_completion_tokens");
        most = most == null ? fields.whole("max_tokens") : most;
        if (most != null && (most < 1 || most > Integer.MAX_VALUE)) {
            throw Wrong.field("max_tokens", "max_tokens has to be 1 or more");
        }
        return Sampling.defaults()
                .withTemperature(fields.number("temperature"))
                .withTopP(fields.number("top_p"))
                .withMaxTokens(most == null ? null : Integer.valueOf(most.intValue()))
                .withStop(stop(fields.find("stop")))
                .withSeed(fields.whole("seed"));
    }

    private static List<String> stop(@Nullable JsonNode stop) {
        if (stop == null) {
            return List.of();
        }
        List<String> all = new ArrayList<>();
        for (JsonNode one : stop.isArray() ? stop : List.of(stop)) {
            if (!one.isString()) {
                throw Wrong.field("stop", "stop has to be a string or an array of strings");
            }
            all.add(one.stringValue());
        }
        return all;
    }

    /** What we have no word for goes on as it is to those vendors that speak this dialect. */
    private static Map<String, Object> others(Fields fields) {
        Map<String, Object> others = new java.util.LinkedHashMap<>();
        fields.node().properties().forEach(field -> {
            if (!UNDERSTOOD.contains(field.getKey()) && !field.getValue().isNull()) {
                others.put(field.getKey(), Fields.JSON.convertValue(field.getValue(), Object.class));
            }
        });
        return others;
    }
}
