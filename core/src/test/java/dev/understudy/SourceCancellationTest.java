package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.policy.RetryPolicy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A provider's stream is cancelled at most once, and not after its end. */
class SourceCancellationTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");
    private static final StreamChunk THOUGHT = new StreamChunk.Reasoning("why", null);
    private static final StreamChunk TEXT = new StreamChunk.Text("It rains");
    private static final StreamChunk STOP =
            new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"));

    private final AtomicInteger cancellations = new AtomicInteger();

    private Understudy over(Flux<StreamChunk> chunks) {
        ChatProvider provider = new ChatProvider() {
            @Override
            public String name() {
                return "a";
            }

            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return Mono.never();
            }

            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return chunks.doOnCancel(cancellations::incrementAndGet);
            }
        };
        return Understudy.builder().provider(provider).retry(RetryPolicy.none()).build();
    }

    @Test
    void readerThatCancelsAtARetractionCancelsTheSourceOnce() {
        try (Understudy understudy = over(Flux.just(THOUGHT, STOP).concatWith(Flux.never()))) {
            StepVerifier.create(understudy.stream(REQUEST).takeUntil(StreamChunk.Reset.class::isInstance))
                    .expectNextCount(2)
                    .verifyComplete();
        }
        assertThat(cancellations).hasValue(1);
    }

    @Test
    void readerThatCancelsTwiceCancelsTheSourceOnce() {
        try (Understudy understudy = over(Flux.just(TEXT).concatWith(Flux.never()))) {
            BaseSubscriber<StreamChunk> reader = new BaseSubscriber<>() {
                @Override
                protected void hookOnNext(StreamChunk chunk) {
                    Subscription subscription = upstream();
                    subscription.cancel();
                    subscription.cancel();
                }
            };
            understudy.stream(REQUEST).subscribe(reader);
        }
        assertThat(cancellations).hasValue(1);
    }

    @Test
    void readerThatCancelsAfterTheEndDoesNotCancelTheSource() {
        try (Understudy understudy = over(Flux.just(TEXT, STOP))) {
            BaseSubscriber<StreamChunk> reader = new BaseSubscriber<>() {
                @Override
                protected void hookOnComplete() {
                    upstream().cancel();
                }
            };
            understudy.stream(REQUEST).subscribe(reader);
        }
        assertThat(cancellations).hasValue(0);
    }
}
