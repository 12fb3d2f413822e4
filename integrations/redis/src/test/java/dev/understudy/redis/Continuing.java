package dev.understudy.redis;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A vendor that always writes one text, word by word, and continues it behind a prefix. Breaks some calls off. */
final class Continuing implements ChatProvider {

    private final String text;
    private final int brokenCalls;
    private final int breakAfter;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger live = new AtomicInteger();

    /**
     * @param brokenCalls number of calls that break off after some words
     * @param breakAfter those words
     */
    Continuing(String text, int brokenCalls, int breakAfter) {
        this.text = text;
        this.brokenCalls = brokenCalls;
        this.breakAfter = breakAfter;
    }

    int calls() {
        return calls.get();
    }

    int live() {
        return live.get();
    }

    @Override
    public String name() {
        return "continuing";
    }

    @Override
    public Capabilities capabilities(String model) {
        return Capabilities.of(Feature.STREAMING, Feature.PREFILL);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.error(new UnsupportedOperationException());
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.defer(() -> {
            boolean broken = calls.incrementAndGet() <= brokenCalls;
            Message last = request.messages().get(request.messages().size() - 1);
            String rest = last instanceof Message.Assistant prefix
                    ? text.substring(prefix.text().length())
                    : text;
            Flux<StreamChunk> words = Flux.interval(Duration.ofMillis(2))
                    .onBackpressureBuffer()
                    .zipWithIterable(java.util.List.of(rest.split("(?<=\\S)(?=\\s)")), (tick, word) -> word)
                    .map(StreamChunk.Text::new);
            return (broken ? words.take(breakAfter).concatWith(Mono.error(cut())) : words.concatWith(finish()))
                    .doOnSubscribe(begun -> live.incrementAndGet())
                    .doFinally(end -> live.decrementAndGet());
        });
    }

    private static ChatException cut() {
        return new ChatException.CallFailed(Failure.of(FailureKind.TRUNCATED, "broken off"));
    }

    private static Mono<StreamChunk> finish() {
        return Mono.just(new StreamChunk.Finish(
                FinishReason.STOP, Usage.of(1, 1), VendorMetadata.none(), ServedBy.by("continuing", "m")));
    }
}
