package dev.understudy.streaming;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;

/** Provider whose streams are complete answers in the form of chunks: for providers that cannot stream. */
final class StreamFromChat extends ForwardingChatProvider {

    StreamFromChat(ChatProvider provider) {
        super(provider);
    }

    /** Capabilities of the adapted provider with STREAMING, and with STREAMING_TOOLS if it has tools. */
    @Override
    public Capabilities capabilities(String model) {
        Capabilities can = delegate().capabilities(model).withFeature(Feature.STREAMING);
        return can.has(Feature.TOOLS) ? can.withFeature(Feature.STREAMING_TOOLS) : can;
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return delegate().chat(request).flatMapIterable(StreamFromChat::chunks);
    }

    /** Chunks of an answer; {@link ChatResponseAggregator} builds an equal answer from them. */
    static List<StreamChunk> chunks(ChatResponse answer) {
        List<StreamChunk> chunks = new ArrayList<>();
        for (ReasoningBlock reasoningBlock : answer.reasoningBlocks()) {
            if (!reasoningBlock.text().isEmpty()) {
                chunks.add(new StreamChunk.Reasoning(reasoningBlock.text(), null));
            }
            if (reasoningBlock.signature() != null) {
                chunks.add(new StreamChunk.Reasoning("", reasoningBlock.signature()));
            }
        }
        if (!answer.text().isEmpty()) {
            chunks.add(new StreamChunk.Text(answer.text()));
        }
        if (!answer.refusal().isEmpty()) {
            chunks.add(new StreamChunk.Refusal(answer.refusal()));
        }
        for (int i = 0; i < answer.toolCalls().size(); i++) {
            chunks.add(new StreamChunk.ToolCallDone(i, answer.toolCalls().get(i)));
        }
        chunks.add(answer.finish());
        return chunks;
    }
}
