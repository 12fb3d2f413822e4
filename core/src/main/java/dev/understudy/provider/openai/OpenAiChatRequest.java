package dev.understudy.provider.openai;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.Media;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Continuation;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Option;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Encodes the body of a Chat Completions request. */
final class OpenAiChatRequest {

    /** The API's names of formats that differ from the media type. */
    private static final Map<String, String> AUDIO =
            Map.of("audio/mpeg", "mp3", "audio/x-wav", "wav", "audio/wave", "wav", "audio/vnd.wave", "wav");

    private OpenAiChatRequest() {}

    static Map<String, @Nullable Object> body(
            ChatRequest request, boolean stream, OpenAiCompatibility openAiCompatibility) {
        Map<String, Object> extra = request.extra().getOrDefault(DialectName.OPENAI_CHAT, Map.of());
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("model", request.model());
        List<Object> messages = messages(request.messages(), openAiCompatibility);
        body.put("messages", messages);
        tools(request.toolSet(), openAiCompatibility, body);
        format(request.format(), body);
        sampling(request.sampling(), openAiCompatibility, body);
        OpenAiChatOptions.put(request, openAiCompatibility.options(), body);
        if (isContinued(messages, openAiCompatibility, Continuation.FLAGS)) {
            body.put("continue_final_message", true);
            body.put("add_generation_prompt", false);
        }
        if (stream) {
            body.put("stream", true);
            if (openAiCompatibility.usageOnRequest()) {
                body.put("stream_options", Map.of("include_usage", true));
            }
        }
        if (extra.containsKey("max_tokens") || extra.containsKey("max_completion_tokens")) {
            body.remove(openAiCompatibility.fields().maxTokens());
        }
        body.putAll(extra);
        return body;
    }

    private static List<Object> messages(List<Message> messages, OpenAiCompatibility openAiCompatibility) {
        OpenAiChatTurn assistantTurns = new OpenAiChatTurn(openAiCompatibility.turns());
        List<Object> turns = new ArrayList<>(messages.size());
        boolean hints = openAiCompatibility.options().accepted().contains(Option.CACHE_HINTS);
        for (Message message : messages) {
            if (message instanceof Message.Assistant assistant) {
                Map<String, @Nullable Object> turn = assistantTurns.of(assistant);
                if (turn != null) {
                    turns.add(turn);
                }
            } else {
                turns.add(message(message, assistantTurns, hints));
            }
        }
        if (isContinued(turns, openAiCompatibility, Continuation.PREFIX)
                && turns.get(turns.size() - 1) instanceof Map<?, ?> last) {
            Map<String, @Nullable Object> marked = new LinkedHashMap<>();
            last.forEach((name, value) -> marked.put(String.valueOf(name), value));
            marked.put("prefix", true);
            turns.set(turns.size() - 1, marked);
        }
        return turns;
    }

    private static boolean isContinued(List<Object> turns, OpenAiCompatibility openAiCompatibility, Continuation by) {
        return openAiCompatibility.turns().continuation() == by
                && !turns.isEmpty()
                && turns.get(turns.size() - 1) instanceof Map<?, ?> last
                && "assistant".equals(last.get("role"));
    }

    private static Map<String, @Nullable Object> message(
            Message message, OpenAiChatTurn assistantTurns, boolean hints) {
        if (message instanceof Message.System system) {
            return turn(
                    "system",
                    hints && system.cacheHint() != Message.CacheHint.NONE
                            ? List.of(part(new Message.Part.Text(system.text(), system.cacheHint()), true))
                            : system.text());
        }
        if (message instanceof Message.User user) {
            return turn("user", user(user, hints));
        }
        Message.ToolResult result = (Message.ToolResult) message;
        Map<String, @Nullable Object> turn = turn("tool", result.content());
        turn.put("tool_call_id", assistantTurns.id(result));
        return turn;
    }

    static Map<String, @Nullable Object> turn(String role, @Nullable Object content) {
        Map<String, @Nullable Object> turn = new LinkedHashMap<>(4);
        turn.put("role", role);
        turn.put("content", content);
        return turn;
    }

    /** Text alone is sent as a string, because some servers support nothing else. */
    private static Object user(Message.User user, boolean hints) {
        boolean plain = true;
        for (Message.Part part : user.parts()) {
            plain &= part instanceof Message.Part.Text && !(hints && part.cacheHint() != Message.CacheHint.NONE);
        }
        return plain
                ? user.text()
                : user.parts().stream().map(part -> part(part, hints)).toList();
    }

    private static Map<String, Object> part(Message.Part part, boolean hints) {
        Map<String, Object> fields = part(part);
        if (hints && part.cacheHint() != Message.CacheHint.NONE) {
            Map<String, Object> mark = new LinkedHashMap<>();
            mark.put("type", "ephemeral");
            if (part.cacheHint() == Message.CacheHint.LONG) {
                mark.put("ttl", "1h");
            }
            fields.put("cache_control", mark);
        }
        return fields;
    }

    private static Map<String, Object> part(Message.Part part) {
        if (part instanceof Message.Part.Text words) {
            return fields("type", "text", "text", words.text());
        }
        if (part instanceof Message.Part.Image picture) {
            String url = Media.of(picture.image()).address();
            return fields("type", "image_url", "image_url", Map.of("url", url));
        }
        if (part instanceof Message.Part.Audio audio) {
            String format =
                    AUDIO.getOrDefault(audio.mediaType(), audio.mediaType().substring("audio/".length()));
            return fields("type", "input_audio", "input_audio", fields("data", audio.base64(), "format", format));
        }
        Media file = Media.of(((Message.Part.File) part).file());
        if (!file.isInline()) {
            throw Media.unsupported("Chat Completions", "files by URL", "file");
        }
        String name = file.name().isBlank() ? "document" : file.name();
        return fields("type", "file", "file", fields("filename", name, "file_data", file.address()));
    }

    private static void tools(
            ToolSet toolSet, OpenAiCompatibility openAiCompatibility, Map<String, @Nullable Object> body) {
        if (toolSet.isEmpty()) {
            return;
        }
        boolean strict = openAiCompatibility.options().accepted().contains(Option.STRICT_TOOLS);
        body.put(
                "tools",
                toolSet.tools().stream().map(tool -> tool(tool, strict)).toList());
        ToolSet.Choice choice = toolSet.choice();
        switch (choice.mode()) {
            case AUTO -> {}
            case NONE -> body.put("tool_choice", "none");
            case REQUIRED -> body.put("tool_choice", "required");
            case NAMED ->
                body.put(
                        "tool_choice",
                        fields("type", "function", "function", Map.of("name", String.valueOf(choice.tool()))));
        }
    }

    private static Map<String, Object> tool(Tool tool, boolean strict) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        if (!tool.description().isEmpty()) {
            function.put("description", tool.description());
        }
        function.put("parameters", tool.schema());
        if (tool.strict() && strict) {
            function.put("strict", true);
        }
        return fields("type", "function", "function", function);
    }

    private static void format(ResponseFormat format, Map<String, @Nullable Object> body) {
        if (format instanceof ResponseFormat.Json) {
            body.put("response_format", Map.of("type", "json_object"));
        } else if (format instanceof ResponseFormat.JsonSchema schema) {
            Map<String, Object> named = fields("name", schema.name(), "schema", schema.schema());
            named.put("strict", schema.strict());
            body.put("response_format", fields("type", "json_schema", "json_schema", named));
        }
    }

    private static void sampling(
            SamplingParameters samplingParameters,
            OpenAiCompatibility openAiCompatibility,
            Map<String, @Nullable Object> body) {
        if (samplingParameters.temperature() != null) {
            body.put("temperature", samplingParameters.temperature());
        }
        if (samplingParameters.topP() != null) {
            body.put("top_p", samplingParameters.topP());
        }
        if (samplingParameters.maxTokens() != null) {
            body.put(openAiCompatibility.fields().maxTokens(), samplingParameters.maxTokens());
        }
        if (!samplingParameters.stop().isEmpty()) {
            body.put("stop", samplingParameters.stop());
        }
        if (samplingParameters.seed() != null && openAiCompatibility.fields().seed() != null) {
            body.put(openAiCompatibility.fields().seed(), samplingParameters.seed());
        }
    }

    static Map<String, Object> fields(String first, Object one, String second, Object two) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(first, one);
        fields.put(second, two);
        return fields;
    }
}
