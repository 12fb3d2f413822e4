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

/** Maps responses of Spring AI's models to answers. */
final class AnswerMapper {

    /** Keys under which models of Spring AI put the text of the reasoning. */
    private static final List<String> REASONING = List.of(MetadataKeys.REASONING, "thinking", "thoughts");

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
            String reasoning = reasoning(message);
            if (reasoning != null) {
                blocks.add(ReasoningBlock.of(reasoning));
            }
            if (StringUtils.hasLength(message.getText())) {
                blocks.add(new ContentBlock.Text(message.getText()));
            }
            blocks.addAll(calls(message));
            message.getMedia().forEach(media -> blocks.add(MediaMapper.block(media)));
            reason = Objects.requireNonNullElse(reason(generation), reason == null ? FinishReason.STOP : reason);
        }
        boolean calling = blocks.stream().anyMatch(ToolCall.class::isInstance);
        return new ChatResponse(
                blocks,
                finish(
                        calling ? FinishReason.TOOL_CALLS : Objects.requireNonNullElse(reason, FinishReason.OTHER),
                        response.getMetadata()));
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

    static @Nullable String reasoning(AssistantMessage message) {
        for (String key : REASONING) {
            if (message.getMetadata().get(key) instanceof String text && !text.isEmpty()) {
                return text;
            }
        }
        return null;
    }

    /** Returns the metadata in which models of Spring AI look for earlier reasoning. */
    static Map<String, Object> properties(List<ContentBlock> blocks) {
        StringBuilder reasoning = new StringBuilder();
        for (ContentBlock block : blocks) {
            reasoning.append(block instanceof ReasoningBlock thought ? thought.text() : "");
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
