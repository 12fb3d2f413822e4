package dev.understudy.ops.bench;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A healthy provider in memory that answers at once: with one chunk when one token is asked for, else with a thousand. */
final class AtOnce implements ChatProvider {

    static final int CHUNKS = 1000;

    private final String name;
    private final ChatResponse response;
    private final StreamChunk[] one;
    private final StreamChunk[] many;

    AtOnce(String name) {
        this.name = name;
        this.response = ChatResponse.of(name, "model", "It is noon.");
        this.one = chunks(1);
        this.many = chunks(CHUNKS);
    }

    private StreamChunk[] chunks(int count) {
        List<StreamChunk> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chunks.add(new StreamChunk.Text("word "));
        }
        chunks.add(new StreamChunk.Finish(
                FinishReason.STOP, Usage.of(20, count), VendorMetadata.none(), ServedBy.by(name, "model")));
        return chunks.toArray(StreamChunk[]::new);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.just(response);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.fromArray(request.sampling().maxTokens() == null ? many : one);
    }
}
