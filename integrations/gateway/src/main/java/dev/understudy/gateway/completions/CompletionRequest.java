package dev.understudy.gateway.completions;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Options;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.gateway.protocol.CommonFields;
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
 * @param isStream {@code true} if the client wants a stream
 * @param usage {@code true} if the stream must end with the usage
 */
record CompletionRequest(ChatRequest request, boolean isStream, boolean usage) implements ClientCall {

    /** Name of the API among the dialects of the library. */
    static final String DIALECT = "openai-chat";

    private static final String USAGE = "usage";

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
            "top_logprobs",
            "parallel_tool_calls",
            "reasoning_effort",
            "frequency_penalty",
            "presence_penalty",
            "service_tier",
            "user",
            "metadata");

    static CompletionRequest of(JsonFields body) {
        refuseWhatCannotBeAnswered(body);
        try {
            Map<String, Object> extra = CommonFields.others(body, UNDERSTOOD);
            ChatRequest request = new ChatRequest(
                    body.text("model"),
                    messages(body),
                    toolbox(body),
                    format(body),
                    sampling(body),
                    Map.of(),
                    options(body, extra));
            JsonFields options = body.object("stream_options");
            return new CompletionRequest(
                    extra.isEmpty() ? request : request.withExtra(Map.of(DIALECT, extra)),
                    body.flag("stream"),
                    options != null && options.flag("include_usage"));
        } catch (IllegalArgumentException e) {
            throw BadRequest.request(400, "invalid_value", String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String answer(ChatResponse response, AnswerHead head) {
        return CompletionResponse.of(response, head);
    }

    @Override
    public Events events(AnswerHead head) {
        return new CompletionEvents(head, usage);
    }

    @Override
    public JsonNode form() {
        return JsonFields.JSON.createObjectNode().put(USAGE, usage);
    }

    /** @param form {@link #form} of the request that began the stream */
    static Events events(JsonNode form, AnswerHead head) {
        return new CompletionEvents(head, form.path(USAGE).asBoolean(false));
    }

    /** Refuses options that the gateway cannot honour, instead of ignoring them. */
    private static void refuseWhatCannotBeAnswered(JsonFields jsonFields) {
        Long answers = jsonFields.whole("n");
        if (answers != null && answers != 1) {
            throw BadRequest.field("n", "n has to be 1: this gateway gives one answer");
        }
        if (jsonFields.has("top_logprobs") && !jsonFields.flag("logprobs")) {
            throw BadRequest.field("top_logprobs", "top_logprobs needs logprobs");
        }
        for (String old : List.of("functions", "function_call")) {
            if (jsonFields.has(old)) {
                throw BadRequest.field(old, old + " is not known here: use tools and tool_choice");
            }
        }
        CommonFields.refuse(jsonFields, "audio", "is not given by this gateway");
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
            tools.add((schema == null ? bare : new Tool(bare.name(), bare.description(), schema))
                    .withStrict(function.flag("strict"))
                    .withCacheHint(CommonFields.cacheHint(tool)));
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
        Integer most = CommonFields.limit(jsonFields, "max_completion_tokens");
        most = most == null ? CommonFields.limit(jsonFields, "max_tokens") : most;
        return SamplingParameters.defaults()
                .withTemperature(jsonFields.number("temperature"))
                .withTopP(jsonFields.number("top_p"))
                .withMaxTokens(most)
                .withStop(CommonFields.texts(jsonFields, "stop"))
                .withSeed(jsonFields.whole("seed"))
                .withFrequencyPenalty(jsonFields.number("frequency_penalty"))
                .withPresencePenalty(jsonFields.number("presence_penalty"));
    }

    private static Options options(JsonFields body, Map<String, Object> extra) {
        Options options = Options.defaults()
                .withReasoning(CommonFields.effort(body, "reasoning_effort"))
                .withParallelToolCalls(body.has("parallel_tool_calls") ? body.flag("parallel_tool_calls") : null)
                .withServiceTier(CommonFields.tier(body.findText("service_tier")))
                .withUser(body.findText("user"))
                .withTopLogprobs(logprobs(body));
        return CommonFields.withMetadata(options, body, extra);
    }

    private static @Nullable Integer logprobs(JsonFields body) {
        Long top = body.whole("top_logprobs");
        return !body.flag("logprobs") ? null : top == null ? Integer.valueOf(0) : Integer.valueOf(top.intValue());
    }
}
