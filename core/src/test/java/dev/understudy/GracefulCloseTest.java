package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

/** A client that closes gracefully waits for each call in flight, in whatever way it ends, and rejects later ones. */
class GracefulCloseTest {

    private static final Duration LIMIT = Duration.ofSeconds(8);
    private static final Duration TAKES = Duration.ofSeconds(3);

    private static final List<Object> WHOLE = List.of(ChatResponse.of("a", "m", "well"));
    private static final List<Object> STREAMED = List.of(
            new StreamChunk.Text("well"),
            new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m")));

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final Understudy understudy = scenario.builder(a).build();
    private final List<Throwable> dropped = new ArrayList<>();
    private final List<Long> closedAt = new ArrayList<>();

    /** End of a call, and the signal in which its subscriber throws. */
    enum End {
        ANSWER,
        FAILURE,
        CANCELLATION,
        THROWING_ITEM,
        THROWING_COMPLETION,
        THROWING_ERROR
    }

    static Stream<Arguments> ends() {
        return Stream.of(End.values()).flatMap(end -> Stream.of(Arguments.of(end, false), Arguments.of(end, true)));
    }

    @ParameterizedTest(name = "{0} streamed={1}")
    @MethodSource("ends")
    void closesWhenTheCallInFlightEnds(End end, boolean streamed) {
        TestPublisher<Object> source = TestPublisher.create();
        Understudy manual = scenario.builder(new ManualProvider(source)).build();
        Throwing subscriber = new Throwing(end);
        Flux<?> answer =
                streamed ? manual.stream(REQUEST) : manual.chat(REQUEST).flux();
        answer.contextWrite(Context.of("reactor.onErrorDropped.local", (Consumer<Throwable>) dropped::add))
                .subscribe(subscriber);
        close(manual);
        assertThat(closedAt).as("the call is in flight").isEmpty();
        try {
            switch (end) {
                case CANCELLATION -> subscriber.upstream.cancel();
                case FAILURE, THROWING_ERROR -> source.error(new IllegalStateException("the provider's"));
                default -> {
                    (streamed ? STREAMED : WHOLE).forEach(source::next);
                    source.complete();
                }
            }
        } catch (IllegalStateException thrown) {
            dropped.add(thrown);
        }
        assertThat(closedAt).hasSize(1);
        assertThat(scenario.events.stream().filter(GracefulCloseTest::isEnd)).hasSize(1);
        assertThat(dropped).allSatisfy(error -> assertThat(error).hasMessage("the subscriber's"));
        if (end == End.THROWING_COMPLETION || end == End.THROWING_ERROR) {
            assertThat(dropped).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lastOfSeveralCallsIsAwaited(boolean streamed) {
        a.then(scenario.timed(ScriptedAnswer.text("one").beforeFirst(TAKES)));
        a.then(scenario.timed(ScriptedAnswer.text("two").beforeFirst(TAKES.multipliedBy(2))));
        CallResult one = ask(streamed);
        CallResult two = ask(streamed);
        close();
        scenario.advance(TAKES);
        assertThat(one.served()).isTrue();
        assertThat(closedAt).isEmpty();
        scenario.advance(TAKES);
        assertThat(two.served()).isTrue();
        assertThat(closedAt).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void laterCallIsRejectedAndNotAwaited(boolean streamed) {
        a.then(scenario.timed(ScriptedAnswer.text("one").beforeFirst(TAKES)));
        ask(streamed);
        close();
        CallResult late = ask(streamed);
        assertThat(late.error).isInstanceOf(ChatException.Rejected.class).hasMessage("The client is closed");
        assertThat(((ChatException.Rejected) late.error).reason()).isEqualTo(ChatException.Rejected.Reason.UNAVAILABLE);
        assertThat(scenario.events(Event.CallFailed.class))
                .extracting(Event.CallFailed::error)
                .containsExactly((ChatException) late.error);
        assertThat(a.subscriptions()).isEqualTo(1);
        assertThat(closedAt).isEmpty();
        scenario.advance(TAKES);
        assertThat(closedAt).hasSize(1);
    }

    @Test
    void laterCallSkipsNoRoute() {
        Capabilities whole = Capabilities.assumed().withoutFeature(Feature.STREAMING);
        Understudy client = scenario.builder(
                        ScriptedProvider.named("b").can(whole), a.always(ScriptedAnswer.text("one")))
                .build();
        scenario.stream(client);
        assertThat(scenario.events(Event.RouteSkipped.class)).hasSize(1);
        client.close();
        scenario.stream(client);
        assertThat(scenario.events(Event.RouteSkipped.class)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitForSilentCallIsBounded(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        ask(streamed);
        close();
        scenario.advance(LIMIT.minusMillis(1));
        assertThat(closedAt).isEmpty();
        scenario.advance(Duration.ofMillis(1));
        assertThat(closedAt).containsExactly(LIMIT.toNanos());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void idleClientClosesAtOnce(boolean streamed) {
        ask(streamed);
        close();
        assertThat(closedAt).containsExactly(0L);
        assertThat(a.closes()).isEqualTo(1);
    }

    private void close() {
        close(understudy);
    }

    private void close(Understudy client) {
        client.closeGracefully(LIMIT).subscribe(none -> {}, error -> {}, () -> closedAt.add(scenario.nanos()));
    }

    private CallResult ask(boolean streamed) {
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }

    private static boolean isEnd(Event event) {
        return event instanceof Event.CallSucceeded
                || event instanceof Event.CallFailed
                || event instanceof Event.CallCancelled;
    }

    /** A subscriber that throws in one of its signals. */
    private static final class Throwing implements CoreSubscriber<Object> {

        private final End end;
        private Subscription upstream = Operators.emptySubscription();

        Throwing(End end) {
            this.end = end;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object item) {
            fail(End.THROWING_ITEM);
        }

        @Override
        public void onError(Throwable error) {
            fail(End.THROWING_ERROR);
        }

        @Override
        public void onComplete() {
            fail(End.THROWING_COMPLETION);
        }

        private void fail(End when) {
            if (end == when) {
                throw new IllegalStateException("the subscriber's");
            }
        }
    }
}
