package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sources that emit inside request, and sources that violate Reactive Streams. */
class SerialSignalsTest {

    private static final StreamChunk.Finish FINISH =
            new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"));

    private final VirtualScenario scenario = new VirtualScenario();
    private final List<String> texts = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private Throwable error = new AssertionError("no error");

    @Test
    void sourceThatEmitsInsideRequestLosesNothing() {
        ask(actual -> actual.onSubscribe(new Recursive(actual, 100)), text -> {});
        assertThat(ends).containsExactly("complete");
        assertThat(texts).hasSize(100).startsWith("0", "1").endsWith("99");
        assertThat(scenario.events(Event.CallSucceeded.class)).hasSize(1);
    }

    @Test
    void concurrentEmissionFailsTheStream() {
        List<Subscriber<? super StreamChunk>> source = new ArrayList<>();
        ask(
                actual -> {
                    source.add(actual);
                    actual.onSubscribe(nothing());
                    actual.onNext(new StreamChunk.Text("one"));
                    actual.onNext(FINISH);
                    actual.onComplete();
                },
                text -> elsewhere(() -> source.get(0).onNext(new StreamChunk.Text("two"))));
        assertBroken("onNext");
    }

    @Test
    void completionDuringEmissionFailsTheStream() {
        List<Subscriber<? super StreamChunk>> source = new ArrayList<>();
        ask(
                actual -> {
                    source.add(actual);
                    actual.onSubscribe(nothing());
                    actual.onNext(new StreamChunk.Text("one"));
                },
                text -> elsewhere(() -> source.get(0).onComplete()));
        assertBroken("onComplete");
    }

    @Test
    void errorDuringEmissionIsSignalledAfterTheChunk() {
        List<Subscriber<? super StreamChunk>> source = new ArrayList<>();
        List<Boolean> early = new ArrayList<>();
        ask(
                actual -> {
                    source.add(actual);
                    actual.onSubscribe(nothing());
                    actual.onNext(new StreamChunk.Text("one"));
                },
                text -> {
                    elsewhere(() -> source.get(0).onError(new java.io.IOException("gone")));
                    early.add(!ends.isEmpty());
                });
        assertThat(early).containsExactly(false);
        assertThat(ends).containsExactly("error");
        assertThat(((ChatException.PartialAnswer) error).failure().kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    private void assertBroken(String signal) {
        assertThat(ends).containsExactly("error");
        assertThat(texts).containsExactly("one");
        ChatException.PartialAnswer cut = (ChatException.PartialAnswer) error;
        assertThat(cut.failure().kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(cut.failure().message()).contains("Reactive Streams", "1.3", signal);
        assertThat(scenario.events(Event.CallFailed.class)).hasSize(1);
    }

    private void ask(Publisher<StreamChunk> source, Consumer<String> onText) {
        ChatProvider provider = new ChatProvider() {
            @Override
            public String name() {
                return "a";
            }

            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return Mono.empty();
            }

            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return Flux.from(source);
            }
        };
        scenario.builder(provider).build().stream(REQUEST).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(StreamChunk chunk) {
                if (!(chunk instanceof StreamChunk.Finish)) {
                    texts.add(chunk.text());
                    onText.accept(chunk.text());
                }
                request(1);
            }

            @Override
            protected void hookOnError(Throwable thrown) {
                error = thrown;
                ends.add("error");
            }

            @Override
            protected void hookOnComplete() {
                ends.add("complete");
            }
        });
    }

    private static void elsewhere(Runnable signal) {
        Thread other = new Thread(signal);
        other.start();
        try {
            other.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Subscription nothing() {
        return new Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        };
    }

    /** Emits inside request, which may be called inside onNext. */
    private static final class Recursive implements Subscription {

        private final Subscriber<? super StreamChunk> actual;
        private final int most;
        private int next;

        Recursive(Subscriber<? super StreamChunk> actual, int most) {
            this.actual = actual;
            this.most = most;
        }

        @Override
        public void request(long n) {
            for (long i = 0; i < n && next <= most; i++) {
                if (next < most) {
                    actual.onNext(new StreamChunk.Text(String.valueOf(next++)));
                } else {
                    next++;
                    actual.onNext(FINISH);
                    actual.onComplete();
                }
            }
        }

        @Override
        public void cancel() {
            next = most + 1;
        }
    }
}
