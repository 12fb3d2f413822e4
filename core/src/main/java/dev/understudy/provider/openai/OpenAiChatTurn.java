package dev.understudy.provider.openai;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.ToolCallIdMapper;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.endpoint.OpenAiCompatibility.ReasoningReplay;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Turns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the assistant turns of one conversation, and the ids of its calls. Reasoning goes back in the field that it
 * came in, as far as the server wants it. Turns are encoded in conversation order. Not thread-safe.
 */
final class OpenAiChatTurn {

    /** Field without which some servers refuse a turn with calls. */
    private static final String REQUIRED = "reasoning_content";

    /** Value of that field for a turn without reasoning, or with another vendor's. */
    private static final String NO_REASONING = " ";

    private static final Map<String, Object> PLACEHOLDER =
            Map.of("google", Map.of("thought_signature", "skip_thought_signature_validator"));

    private final ReasoningReplay reasoningReplay;
    private final Turns turns;
    private @Nullable ToolCallIdMapper ids; // null until the first call or result

    OpenAiChatTurn(Turns turns) {
        this.reasoningReplay = turns.reasoning();
        this.turns = turns;
    }

    private ToolCallIdMapper ids() {
        ToolCallIdMapper known = ids;
        if (known == null) {
            known = new ToolCallIdMapper(turns.callIds());
            ids = known;
        }
        return known;
    }

    /** Returns the id of the call that the result belongs to. */
    String id(Message.ToolResult result) {
        return ids().of(result);
    }

    /** Returns the turn; null if it has neither text nor calls, which many servers refuse. */
    @Nullable
    Map<String, @Nullable Object> of(Message.Assistant assistant) {
        StringBuilder text = new StringBuilder();
        List<Map<String, Object>> calls = new ArrayList<>(0);
        List<Object> thinking = new ArrayList<>(0);
        Map<String, @Nullable Object> more = new LinkedHashMap<>();
        boolean transcribed = false;
        boolean withCalls = assistant.blocks().stream().anyMatch(ToolCall.class::isInstance);
        for (ContentBlock block : assistant.blocks()) {
            Map<String, ? extends @Nullable Object> own = VendorFields.of(block, DialectName.OPENAI_CHAT);
            if (block instanceof ToolCall call) {
                calls.add(call(call, own));
            } else if (block instanceof ContentBlock.Text words) {
                text.append(words.text());
                more.putAll(OpenAiChatTextData.sendable(own));
            } else if (block instanceof ContentBlock.Audio) {
                Object id = OpenAiChatAudio.id(own);
                if (id != null) {
                    more.put("audio", ExtraFields.fields("id", id));
                    transcribed |= OpenAiChatAudio.isTranscribed(own);
                }
            } else if (block instanceof ContentBlock.Refusal refusal) {
                text.append(refusal.text());
            } else if (block instanceof ReasoningBlock reasoning) {
                reasoning(reasoning.text(), own, withCalls, thinking, more);
            }
        }
        if (text.length() == 0 && calls.isEmpty() && !more.containsKey("audio")) {
            return null;
        }
        Map<String, @Nullable Object> turn = new LinkedHashMap<>();
        turn.put("role", "assistant");
        turn.put("content", content(transcribed ? "" : text.toString(), thinking));
        turn.putAll(more);
        if (withCalls && reasoningReplay == ReasoningReplay.REQUIRED) {
            turn.putIfAbsent(REQUIRED, NO_REASONING);
        }
        if (!calls.isEmpty()) {
            if (reasoningReplay == ReasoningReplay.SIGNED) {
                calls.get(0).putIfAbsent(OpenAiChatTextData.EXTRA, PLACEHOLDER);
            }
            turn.put("tool_calls", calls);
        }
        return turn;
    }

    private void reasoning(
            String text,
            Map<String, ? extends @Nullable Object> own,
            boolean withCalls,
            List<Object> thinking,
            Map<String, @Nullable Object> more) {
        boolean wanted =
                reasoningReplay == ReasoningReplay.ALWAYS || (withCalls && reasoningReplay != ReasoningReplay.NEVER);
        Object details = own.get(OpenAiChatReasoning.DETAILS);
        if (details != null && reasoningReplay != ReasoningReplay.NEVER) {
            more.put(OpenAiChatReasoning.DETAILS, details);
        } else if (wanted && own.get(OpenAiChatReasoning.FIELD) instanceof String field) {
            if (field.equals(OpenAiChatReasoning.THINKING)) {
                thinking.add(ExtraFields.fields(
                        "type", field, field, List.of(ExtraFields.fields("type", "text", "text", text))));
            } else {
                more.merge(field, text, (before, next) -> before + String.valueOf(next));
            }
        }
    }

    private static @Nullable Object content(String text, List<Object> thinking) {
        if (thinking.isEmpty()) {
            return text.isEmpty() ? null : text;
        }
        List<Object> parts = new ArrayList<>(thinking);
        if (!text.isEmpty()) {
            parts.add(ExtraFields.fields("type", "text", "text", text));
        }
        return parts;
    }

    private Map<String, Object> call(ToolCall call, Map<String, ? extends @Nullable Object> own) {
        Map<String, Object> fields = ExtraFields.fields("id", ids().of(call), "type", "function");
        fields.put("function", ExtraFields.fields("name", call.name(), "arguments", call.arguments()));
        own.forEach((name, value) -> {
            if (value != null) {
                fields.put(name, value);
            }
        });
        return fields;
    }
}
