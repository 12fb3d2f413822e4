package dev.understudy.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.output.TokenUsage;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Maps answers of LangChain4j's models. */
final class AnswerMapper {

    private final String provider;
    private final String model;

    AnswerMapper(String provider, String model) {
        this.provider = provider;
        this.model = model;
    }

    ChatResponse whole(dev.langchain4j.model.chat.response.ChatResponse response) {
        AiMessage message = response.aiMessage();
        List<ContentBlock> blocks = new ArrayList<>();
        if (message.thinking() != null && !message.thinking().isEmpty()) {
            blocks.add(ReasoningBlock.of(message.thinking()));
        }
        if (message.text() != null && !message.text().isEmpty()) {
            blocks.add(new ContentBlock.Text(message.text()));
        }
        message.toolExecutionRequests().forEach(call -> blocks.add(call(call)));
        for (Image image : message.images()) {
            blocks.add(new ContentBlock.Image(ContentMapper.image(image), null));
        }
        return new ChatResponse(blocks, finish(response));
    }

    private static ToolCall call(ToolExecutionRequest call) {
        return new ToolCall(
                Objects.requireNonNullElse(call.id(), ""),
                call.name(),
                Objects.requireNonNullElse(call.arguments(), ""));
    }

    /** Returns the chunks of one stream. A stream without a complete response was cut, and ends without a finish. */
    Flux<StreamChunk> chunks(Flux<ChatModelStreamingEvent> events) {
        boolean[] textSeen = new boolean[1];
        List<ToolCall> calls = new ArrayList<>();
        return events.concatMapIterable(
                event -> {
                    List<StreamChunk> chunks = new ArrayList<>(1);
                    if (event instanceof PartialResponse text) {
                        textSeen[0] = true;
                        chunks.add(new StreamChunk.Text(text.text()));
                    } else if (event instanceof PartialThinking thinking) {
                        chunks.add(new StreamChunk.Reasoning(thinking.text(), null));
                    } else if (event instanceof CompleteToolCall done) {
                        ToolCall call = call(done.toolExecutionRequest());
                        chunks.add(new StreamChunk.ToolCallDone(calls.size(), call));
                        calls.add(call);
                    } else if (event instanceof CompleteResponse complete) {
                        end(complete.chatResponse(), textSeen[0], calls, chunks);
                    }
                    return chunks;
                },
                1);
    }

    /** Adds what only the complete response has: models may give text or calls at the end alone. */
    private void end(
            dev.langchain4j.model.chat.response.ChatResponse response,
            boolean textSeen,
            List<ToolCall> calls,
            List<StreamChunk> chunks) {
        AiMessage message = response.aiMessage();
        if (!textSeen && message.text() != null && !message.text().isEmpty()) {
            chunks.add(new StreamChunk.Text(message.text()));
        }
        for (int i = calls.size(); i < message.toolExecutionRequests().size(); i++) {
            chunks.add(new StreamChunk.ToolCallDone(
                    i, call(message.toolExecutionRequests().get(i))));
        }
        for (Image image : message.images()) {
            chunks.add(new StreamChunk.Block(
                    new ContentBlock.Image(ContentMapper.image(image), null), StreamChunk.UNNUMBERED));
        }
        chunks.add(finish(response));
    }

    private StreamChunk.Finish finish(dev.langchain4j.model.chat.response.ChatResponse response) {
        boolean calling = response.aiMessage().hasToolExecutionRequests();
        FinishReason reason = reason(response.finishReason(), calling);
        return new StreamChunk.Finish(
                reason,
                usage(response.tokenUsage()),
                new VendorMetadata(response.id(), response.modelName(), reason.name(), null),
                ServedBy.by(provider, model));
    }

    private static FinishReason reason(dev.langchain4j.model.output.@Nullable FinishReason reason, boolean calling) {
        if (reason == null) {
            return calling ? FinishReason.TOOL_CALLS : FinishReason.STOP;
        }
        return switch (reason) {
            case STOP -> calling ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case TOOL_EXECUTION -> FinishReason.TOOL_CALLS;
            case CONTENT_FILTER -> FinishReason.CONTENT_FILTER;
            case OTHER -> FinishReason.OTHER;
        };
    }

    private static Usage usage(@Nullable TokenUsage usage) {
        return usage == null ? Usage.none() : Usage.of(count(usage.inputTokenCount()), count(usage.outputTokenCount()));
    }

    private static int count(@Nullable Integer tokens) {
        return tokens == null ? 0 : Math.max(0, tokens);
    }
}
