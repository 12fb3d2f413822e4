package dev.understudy.gateway.messages;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Options;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ChatRequest.ServiceTier;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CommonFields;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the body of a Messages request. Fields that are not read go to vendors of this API as they are. */
final class MessagesRequest {

    /** Name of the API among the dialects of the library. */
    static final String DIALECT = "anthropic";

    private static final Set<String> READ = Set.of(
            "model",
            "messages",
            "max_tokens",
            "system",
            "stop_sequences",
            "stream",
            "temperature",
            "top_p",
            "top_k",
            "tools",
            "tool_choice",
            "thinking",
            "metadata",
            "service_tier",
            "output_config",
            "output_format");

    private MessagesRequest() {}

    /**
     * Reads a request.
     *
     * @param limited true if it needs {@code max_tokens}
     */
    static ChatRequest of(JsonFields body, HttpHeaders headers, boolean limited) {
        Integer limit = CommonFields.limit(body, "max_tokens");
        if (limited && limit == null) {
            throw BadRequest.field("max_tokens", "max_tokens is missing");
        }
        String model = body.text("model");
        Map<String, Object> extra = CommonFields.others(body, READ);
        try {
            List<Message> messages = MessagesTurns.of(body);
            MessagesTools tools = MessagesTools.of(body, extra);
            Options options = options(body, tools, extra, headers);
            return new ChatRequest(
                    model,
                    messages,
                    tools.toolSet(),
                    format(body),
                    sampling(body, limit),
                    extra.isEmpty() ? Map.of() : Map.of(DIALECT, extra),
                    options);
        } catch (IllegalArgumentException e) {
            throw BadRequest.request(400, "invalid_value", String.valueOf(e.getMessage()));
        }
    }

    private static SamplingParameters sampling(JsonFields body, @Nullable Integer limit) {
        return SamplingParameters.defaults()
                .withTemperature(body.number("temperature"))
                .withTopP(body.number("top_p"))
                .withTopK(CommonFields.limit(body, "top_k"))
                .withMaxTokens(limit)
                .withStop(CommonFields.texts(body, "stop_sequences"));
    }

    private static Options options(
            JsonFields body, MessagesTools tools, Map<String, Object> extra, HttpHeaders headers) {
        JsonFields metadata = body.object("metadata");
        Options options = Options.defaults()
                .withReasoning(reasoning(body, extra))
                .withParallelToolCalls(tools.parallel())
                .withServiceTier(tier(body))
                .withUser(metadata == null ? null : metadata.findText("user_id"));
        String beta = String.join(",", headers.getAll("anthropic-beta"));
        return beta.isEmpty() ? options : options.withHeader("anthropic-beta", beta);
    }

    private static @Nullable ServiceTier tier(JsonFields body) {
        String tier = body.findText("service_tier");
        if (tier == null) {
            return null;
        }
        return switch (tier) {
            case "auto" -> null; // capacity that was paid for, if any: the default, where OpenAI's priority costs extra
            case "standard_only" -> ServiceTier.STANDARD;
            default -> throw body.wrong("service_tier", "auto or standard_only");
        };
    }

    /** Reads thinking and effort. Their details go to vendors of this API as they are. */
    private static @Nullable Reasoning reasoning(JsonFields body, Map<String, Object> extra) {
        JsonFields output = body.object("output_config");
        Reasoning effort = output == null ? null : CommonFields.effort(output, "effort");
        JsonFields thinking = body.object("thinking");
        if (output != null) {
            Map<String, Object> kept = CommonFields.others(output, Set.of("format"));
            if (!kept.isEmpty()) {
                extra.put("output_config", kept);
            }
        }
        if (thinking == null) {
            return null;
        }
        Map<String, Object> details = CommonFields.others(thinking, Set.of("type", "budget_tokens"));
        if (!details.isEmpty()) {
            extra.put("thinking", new LinkedHashMap<>(CommonFields.others(thinking, Set.of())));
        }
        return switch (thinking.text("type")) {
            case "disabled" -> Reasoning.off();
            case "adaptive" -> effort == null ? Reasoning.of(Reasoning.Effort.HIGH) : effort;
            case "enabled" -> {
                Integer budget = CommonFields.limit(thinking, "budget_tokens");
                if (budget == null) {
                    throw BadRequest.field("thinking.budget_tokens", "thinking.budget_tokens is missing");
                }
                yield Reasoning.budget(budget);
            }
            default -> throw thinking.wrong("type", "enabled, disabled or adaptive");
        };
    }

    private static ResponseFormat format(JsonFields body) {
        JsonFields output = body.object("output_config");
        JsonFields format = output == null ? null : output.object("format");
        format = format == null ? body.object("output_format") : format;
        if (format == null) {
            return ResponseFormat.text();
        }
        Map<String, Object> schema = format.map("schema");
        if (!"json_schema".equals(format.text("type")) || schema == null) {
            throw format.wrong("type", "json_schema, with a schema");
        }
        return ResponseFormat.jsonSchema("answer", schema);
    }
}
