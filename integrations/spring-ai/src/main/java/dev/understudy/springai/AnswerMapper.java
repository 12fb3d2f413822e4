package dev.understudy.springai;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.EmptyUsage;
import org.springframework.ai.chat.model.Generation;
import org.springframework.util.StringUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Maps responses of Spring AI's models to answers. */
final class AnswerMapper {

    /** Keys under which models of Spring AI put reasoning; in streams its next characters. */
    private static final List<String> REASONING = List.of("thinking", "thoughts");

    private final String provider;
    private final String model;

    AnswerMapper(String provider, String model) {
        this.provider = provider;
        this.model = model;
    }

    ChatResponse whole(org.springframework.ai.chat.model.ChatResponse response) {
        List<ContentBlock> blocks = new ArrayList<>();
        FinishReason reason = null;
        for (Generation generation : generations(response)) {
            AssistantMessage message = generation.getOutput();
            String reasoning = Objects.requireNonNullElse(allReasoning(message), reasoning(message));
            if (!reasoning.isEmpty()) {
                blocks.add(ReasoningBlock.of(reasoning));
            }
            String text = text(message);
            if (!text.isEmpty()) {
                blocks.add(new ContentBlock.Text(text));
            }
            blocks.addAll(calls(message));
            message.getMedia().forEach(media -> blocks.add(MediaMapper.block(media)));
            reason = Objects.requireNonNullElse(reason(generation), reason == null ? FinishReason.STOP : reason);
        }
        boolean calling = blocks.stream().anyMatch(ToolCall.class::isInstance);
        FinishReason end = end(Objects.requireNonNullElse(reason, FinishReason.OTHER), calling);
        blocks.removeIf(block -> block instanceof ToolCall call && !isWhole(call, end));
        return new ChatResponse(blocks, finish(end, response.getMetadata()));
    }

    /** Returns TOOL_CALLS for an answer with calls, which models name in many ways, unless the answer did not end by itself. */
    static FinishReason end(FinishReason reason, boolean calling) {
        return switch (reason) {
            case LENGTH, CONTENT_FILTER, PAUSE, ERROR -> reason;
            default -> calling ? FinishReason.TOOL_CALLS : reason;
        };
    }

    /** Returns false for a call that the limit of the answer cut: its arguments are no JSON. */
    static boolean isWhole(ToolCall call, FinishReason end) {
        if (end == FinishReason.TOOL_CALLS || call.arguments().isEmpty()) {
            return true;
        }
        try {
            JsonMapper.shared().readTree(call.arguments());
            return true;
        } catch (JacksonException cut) {
            return false;
        }
    }

    /** Returns the generations of the first choice: some models give the parts of one answer as several generations. */
    static List<Generation> generations(org.springframework.ai.chat.model.ChatResponse response) {
        return response.getResults().stream()
                .filter(generation -> !(generation.getOutput().getMetadata().get("index") instanceof Number index)
                        || index.longValue() == 0)
                .toList();
    }

    static List<ToolCall> calls(AssistantMessage message) {
        return message.getToolCalls().stream()
                .map(call -> new ToolCall(
                        Objects.requireNonNullElse(call.id(), ""),
                        call.name(),
                        Objects.requireNonNullElse(call.arguments(), "")))
                .toList();
    }

    /** Returns the reasoning, where a model gives all of it so far with each chunk; null for other models. */
    static @Nullable String allReasoning(AssistantMessage message) {
        return message.getMetadata().get(MetadataKeys.REASONING) instanceof String text ? text : null;
    }

    /** Returns the reasoning, of a chunk its next characters; "" for none. */
    static String reasoning(AssistantMessage message) {
        if (isThought(message)) {
            return Objects.requireNonNullElse(message.getText(), "");
        }
        for (String key : REASONING) {
            if (message.getMetadata().get(key) instanceof String text && !text.isEmpty()) {
                return text;
            }
        }
        return "";
    }

    /** Returns the text of the answer; "" for none. */
    static String text(AssistantMessage message) {
        return isThought(message) ? "" : Objects.requireNonNullElse(message.getText(), "");
    }

    /** Returns true for a message whose text is reasoning: Gemini's model marks it, and Anthropic's gives its signature. */
    private static boolean isThought(AssistantMessage message) {
        Map<String, Object> metadata = message.getMetadata();
        return Boolean.TRUE.equals(metadata.get("isThought"))
                || (metadata.get("signature") instanceof String
                        && message.getToolCalls().isEmpty());
    }

    /**
     * Returns the metadata in which models of Spring AI look for earlier reasoning. Reasoning that is bound to its vendor is
     * left out: another vendor refuses it.
     */
    static Map<String, Object> properties(List<ContentBlock> blocks) {
        StringBuilder reasoning = new StringBuilder();
        for (ContentBlock block : blocks) {
            boolean free = block instanceof ReasoningBlock thought
                    && thought.signature() == null
                    && thought.vendorData() == null;
            reasoning.append(free ? ((ReasoningBlock) block).text() : "");
        }
        return reasoning.isEmpty() ? Map.of() : Map.of(MetadataKeys.REASONING, reasoning.toString());
    }

    static @Nullable FinishReason reason(Generation generation) {
        String reason = generation.getMetadata().getFinishReason();
        return StringUtils.hasText(reason) && !reason.equalsIgnoreCase("null") && !reason.equalsIgnoreCase("_unknown")
                ? reason(reason.toUpperCase(Locale.ROOT))
                : null;
    }

    private static FinishReason reason(String name) {
        return switch (name) {
            case "STOP", "END_TURN", "STOP_SEQUENCE", "COMPLETE", "COMPLETED", "EOS" -> FinishReason.STOP;
            case "LENGTH", "MAX_TOKENS", "MODEL_LENGTH", "MAX_OUTPUT_TOKENS" -> FinishReason.LENGTH;
            case "TOOL_CALLS", "TOOL_CALL", "TOOL_USE", "FUNCTION_CALL" -> FinishReason.TOOL_CALLS;
            case "CONTENT_FILTER", "CONTENT_FILTERED", "SAFETY", "REFUSAL", "RECITATION", "BLOCKLIST" ->
                FinishReason.CONTENT_FILTER;
            case "PAUSE", "PAUSE_TURN" -> FinishReason.PAUSE;
            case "ERROR" -> FinishReason.ERROR;
            default -> FinishReason.OTHER;
        };
    }

    StreamChunk.Finish finish(FinishReason reason, @Nullable ChatResponseMetadata metadata) {
        VendorMetadata vendor = metadata == null
                ? VendorMetadata.none()
                : new VendorMetadata(text(metadata.getId()), text(metadata.getModel()), reason.name(), null);
        return new StreamChunk.Finish(reason, usage(metadata), vendor, ServedBy.by(provider, model));
    }

    private static @Nullable String text(@Nullable String value) {
        return StringUtils.hasText(value) ? value : null;
    }

    private static Usage usage(@Nullable ChatResponseMetadata metadata) {
        org.springframework.ai.chat.metadata.Usage usage = metadata == null ? null : metadata.getUsage();
        if (usage == null || usage instanceof EmptyUsage) {
            return Usage.none();
        }
        return Usage.of(count(usage.getPromptTokens()), count(usage.getCompletionTokens()))
                .withCachedInput(count(usage.getCacheReadInputTokens()))
                .withCacheWrite(count(usage.getCacheWriteInputTokens()));
    }

    private static int count(@Nullable Number tokens) {
        return tokens == null ? 0 : (int) Math.max(0, Math.min(Integer.MAX_VALUE, tokens.longValue()));
    }
}
