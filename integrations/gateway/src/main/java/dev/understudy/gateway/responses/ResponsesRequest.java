package dev.understudy.gateway.responses;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Options;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CommonFields;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the body of a Responses request. Fields that are not read go to vendors of this API as they are. */
final class ResponsesRequest {

    /** Name of the API among the dialects of the library. */
    static final String DIALECT = "openai-responses";

    static final String LOGPROBS = "message.output_text.logprobs";

    /** Turns are sent back by value, also for clients that name an earlier answer. */
    private static final String ENCRYPTED_REASONING = "reasoning.encrypted_content";

    private static final Set<String> READ = Set.of(
            "model",
            "input",
            "instructions",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "temperature",
            "top_p",
            "top_logprobs",
            "max_output_tokens",
            "reasoning",
            "text",
            "stream",
            "stream_options",
            "background",
            "include",
            "metadata",
            "user",
            "service_tier",
            "truncation",
            "previous_response_id");

    private ResponsesRequest() {}

    /** @param held items of earlier answers */
    static ChatRequest of(JsonFields body, HeldItems.Of held) {
        refuse(body);
        String model = body.text("model");
        Map<String, Object> extra = CommonFields.others(body, READ);
        extra.put("include", include(body));
        try {
            List<Message> messages = ResponsesInput.of(body, held);
            ResponsesTools tools = ResponsesTools.of(body, extra);
            return new ChatRequest(
                    model,
                    messages,
                    tools.toolSet(),
                    format(body, extra),
                    sampling(body),
                    Map.of(DIALECT, extra),
                    options(body, extra));
        } catch (IllegalArgumentException e) {
            throw BadRequest.request(400, "invalid_value", String.valueOf(e.getMessage()));
        }
    }

    /** Refuses what asks the vendor to keep something for later. */
    private static void refuse(JsonFields body) {
        if (body.flag("background")) {
            throw BadRequest.field("background", "background is not possible: this gateway answers at once");
        }
        CommonFields.refuse(body, "conversation", "is not known here: send the whole input");
        CommonFields.refuse(body, "prompt", "is not known here: send instructions and input");
    }

    private static SamplingParameters sampling(JsonFields body) {
        return SamplingParameters.defaults()
                .withTemperature(body.number("temperature"))
                .withTopP(body.number("top_p"))
                .withMaxTokens(CommonFields.limit(body, "max_output_tokens"));
    }

    private static Options options(JsonFields body, Map<String, Object> extra) {
        Options options = Options.defaults()
                .withParallelToolCalls(body.has("parallel_tool_calls") ? body.flag("parallel_tool_calls") : null)
                .withServiceTier(CommonFields.tier(body.findText("service_tier")))
                .withUser(body.findText("user"))
                .withTopLogprobs(logprobs(body));
        JsonFields reasoning = body.object("reasoning");
        if (reasoning != null) {
            options = options.withReasoning(CommonFields.effort(reasoning, "effort"));
            reasoning(reasoning, extra);
        }
        return CommonFields.withMetadata(options, body, extra);
    }

    /** A summary replaces the whole field, so that it is given as it is. */
    private static void reasoning(JsonFields reasoning, Map<String, Object> extra) {
        Map<String, Object> details = CommonFields.others(reasoning, Set.of("effort"));
        if (!details.isEmpty()) {
            extra.put("reasoning", CommonFields.others(reasoning, Set.of()));
        }
    }

    private static List<String> include(JsonFields body) {
        Set<String> all = new LinkedHashSet<>(CommonFields.texts(body, "include"));
        all.remove(LOGPROBS); // an option of its own, for vendors of all kinds
        all.add(ENCRYPTED_REASONING);
        return List.copyOf(all);
    }

    private static @Nullable Integer logprobs(JsonFields body) {
        Long top = body.whole("top_logprobs");
        boolean asked = CommonFields.texts(body, "include").contains(LOGPROBS);
        return top == null ? asked ? Integer.valueOf(0) : null : Integer.valueOf(top.intValue());
    }

    private static ResponseFormat format(JsonFields body, Map<String, Object> extra) {
        JsonFields text = body.object("text");
        if (text == null) {
            return ResponseFormat.text();
        }
        Map<String, Object> more = CommonFields.others(text, Set.of("format"));
        if (!more.isEmpty()) {
            extra.put("text", new LinkedHashMap<>(more));
        }
        JsonFields format = text.object("format");
        if (format == null) {
            return ResponseFormat.text();
        }
        return switch (format.text("type")) {
            case "text" -> ResponseFormat.text();
            case "json_object" -> ResponseFormat.json();
            case "json_schema" -> schema(format);
            default -> throw format.wrong("type", "text, json_object or json_schema");
        };
    }

    private static ResponseFormat schema(JsonFields format) {
        Map<String, Object> schema = format.map("schema");
        if (schema == null) {
            throw BadRequest.field(format.at("schema"), format.at("schema") + " is missing");
        }
        return new ResponseFormat.JsonSchema(format.text("name"), schema, format.flag("strict"));
    }
}
