package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.guard.FinishWait;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.openai.OpenAiChat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** Demand, order, end and cancellation of a body that is decoded. */
class DecodedBodyTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestPublisher<ByteBuf> content = TestPublisher.create();
    private final FinishWait finishWait = new FinishWait();

    private Flux<StreamChunk> body(Flux<ByteBuf> content) {
        OpenAiChat dialect = new OpenAiChat(OpenAiCompatibility.defaults());
        BodyEndWait wait = new BodyEndWait(Duration.ofSeconds(2), finishWait, new RequestProgress());
        return new DecodedBody(
                content,
                new StreamBodyDecoder(
                        dialect.framing(),
                        dialect.decoder("p", ChatRequest.of("m", "?")),
                        chunk -> chunk,
                        wait,
                        StreamBodyDecoder.Body.ofStream()),
                wait);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(String word) {
        return "data: {\"choices\":[{\"delta\":{\"content\":\"" + word + "\"}}]}\n\n";
    }

    private static String end() {
        return "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    }

    @Test
    void nextFragmentIsRequestedWhenTheLastOneIsDecoded() {
        content.assertMinRequested(0);
        StepVerifier.create(body(content.flux()), 0)
                .then(() -> content.assertMinRequested(1).next(bytes(text("a") + text("b"))))
                .thenRequest(1)
                .assertNext(chunk -> assertThat(chunk.text()).isEqualTo("a"))
                .then(() -> content.assertMaxRequested(0))
                .thenRequest(1)
                .assertNext(chunk -> assertThat(chunk.text()).isEqualTo("b"))
                .then(() -> content.assertMinRequested(1))
                .then(() -> content.next(bytes(end())).complete())
                .thenRequest(1)
                .expectNextMatches(StreamChunk.Finish.class::isInstance)
                .verifyComplete();
    }

    @Test
    void endOfTheBodyNeedsNoDemand() {
        StepVerifier.create(body(content.flux()), 1)
                .then(() -> content.next(bytes(end())))
                .expectNextMatches(StreamChunk.Finish.class::isInstance)
                .then(content::complete)
                .verifyComplete();
    }

    @Test
    void errorOfTheTransportComesBehindTheChunksBeforeIt() {
        StepVerifier.create(body(content.flux()), 0)
                .then(() -> content.next(bytes(text("a") + text("b"))).error(new IllegalStateException("reset")))
                .thenRequest(1)
                .assertNext(chunk -> assertThat(chunk.text()).isEqualTo("a"))
                .thenRequest(1)
                .assertNext(chunk -> assertThat(chunk.text()).isEqualTo("b"))
                .verifyErrorSatisfies(error -> assertThat(error).isInstanceOf(CallFailed.class));
    }

    @Test
    void unreadableEventCancelsTheBody() {
        StepVerifier.create(body(content.flux()))
                .then(() -> content.next(bytes(text("a") + "data: {]\n\n")))
                .assertNext(chunk -> assertThat(chunk.text()).isEqualTo("a"))
                .verifyErrorSatisfies(error ->
                        assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.PROTOCOL));
        content.assertCancelled();
    }

    @Test
    void endOfTheWaitCompletesACompleteAnswer() {
        String finished = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
        StepVerifier.withVirtualTime(() -> body(content.flux()))
                .then(() -> content.next(bytes(text("a") + finished)))
                .assertNext(chunk -> assertThat(chunk.text()).isEqualTo("a"))
                .then(() -> assertThat(finishWait.complete()).isTrue())
                .thenAwait(Duration.ofMillis(1))
                .expectNextMatches(StreamChunk.Finish.class::isInstance)
                .verifyComplete();
        content.assertCancelled();
    }

    @Test
    void cancellationReachesTheBody() {
        StepVerifier.create(body(content.flux()))
                .then(() -> content.next(bytes(text("a"))))
                .assertNext(chunk -> assertThat(chunk.text()).isEqualTo("a"))
                .thenCancel()
                .verify();
        content.assertCancelled();
    }

    @Test
    void fragmentsOfAnySizeShareOneArray() {
        String large = "x".repeat(200_000);
        List<String> words = List.of("a", large, "b".repeat(600), "c", large, "d");
        Flux<ByteBuf> fragments = Flux.fromIterable(words)
                .map(DecodedBodyTest::text)
                .concatWithValues(end())
                .concatMapIterable(DecodedBodyTest::halves)
                .map(DecodedBodyTest::bytes);
        StepVerifier.create(body(fragments).map(StreamChunk::text).filter(text -> !text.isEmpty()))
                .expectNextSequence(words)
                .verifyComplete();
    }

    private static List<String> halves(String event) {
        int middle = event.length() / 2;
        return List.of(event.substring(0, middle), event.substring(middle));
    }

    @Test
    void demandFromAnotherThreadLosesAndDoublesNothing() throws InterruptedException {
        int words = 20_000;
        Flux<ByteBuf> fragments =
                Flux.range(0, words).map(i -> bytes(text(i + ","))).concatWithValues(bytes(end()));
        Scheduler demand = Schedulers.newSingle("demand");
        StringBuffer all = new StringBuffer();
        AtomicInteger concurrent = new AtomicInteger();
        List<String> overlapping = new ArrayList<>();
        CountDownLatch ended = new CountDownLatch(1);
        body(fragments.publishOn(Schedulers.boundedElastic(), 1)).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(StreamChunk chunk) {
                if (concurrent.incrementAndGet() != 1) {
                    overlapping.add(chunk.text());
                }
                all.append(chunk.text());
                concurrent.decrementAndGet();
                demand.schedule(() -> request(1));
            }

            @Override
            protected void hookFinally(SignalType type) {
                ended.countDown();
            }
        });
        assertThat(ended.await(LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
        demand.dispose();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < words; i++) {
            expected.append(i).append(',');
        }
        assertThat(all).hasToString(expected.toString());
        assertThat(overlapping).isEmpty();
    }
}
