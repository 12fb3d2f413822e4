package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.Scannable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Operators of a call tell debuggers of their neighbours and of their state. */
class ScannableCallTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "hello");
    private static final StreamChunk.Finish FINISH =
            new StreamChunk.Finish(FinishReason.STOP, Usage.of(9, 5), VendorMetadata.none(), ServedBy.by("a", "m"));

    private final List<Subscriber<?>> sources = new ArrayList<>();
    private final List<Scannable> fromReader = new ArrayList<>();
    private final BaseSubscriber<Object> reader = new BaseSubscriber<>() {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            Scannable operator = Scannable.from(subscription);
            fromReader.add(operator);
            operator.parents().forEach(fromReader::add);
            requestUnbounded();
        }
    };

    /** A source whose only operator is the subscriber that is kept. */
    private final ChatProvider provider = new ChatProvider() {
        @Override
        public String name() {
            return "a";
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.fromDirect(subscriber -> {
                sources.add(subscriber);
                subscriber.onSubscribe(idle());
            });
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.from(subscriber -> {
                sources.add(subscriber);
                subscriber.onSubscribe(idle());
            });
        }
    };

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void operatorsAreFoundFromBothEnds(boolean streamed) {
        begin(streamed);
        List<Scannable> fromSource = fromSource();
        assertThat(names(fromSource))
                .contains(
                        streamed ? "CommitSubscriber" : "AnswerSubscriber", "WatchdogSubscriber", "BoundarySubscriber");
        assertThat(names(fromReader)).contains("BoundarySubscriber", "Loop");
        List<Scannable> ours = ours(fromSource);
        assertThat(ours).hasSize(4);
        for (Scannable operator : ours) {
            boolean timed = operator instanceof WatchdogSubscriber;
            assertThat(operator.scan(Scannable.Attr.RUN_STYLE))
                    .isEqualTo(timed ? Scannable.Attr.RunStyle.ASYNC : Scannable.Attr.RunStyle.SYNC);
            assertThat(operator.scan(Scannable.Attr.TERMINATED)).isEqualTo(Boolean.FALSE);
            assertThat(operator.scanUnsafe(Scannable.Attr.PARENT)).isInstanceOf(Subscription.class);
            assertThat(operator.scanUnsafe(Scannable.Attr.ACTUAL)).isInstanceOf(Subscriber.class);
            assertThat(operator.scanUnsafe(Scannable.Attr.REQUESTED_FROM_DOWNSTREAM))
                    .isEqualTo(timed ? Long.MAX_VALUE : null);
            assertThat(operator.scanUnsafe(Scannable.Attr.NAME)).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void operatorsOfAnEndedCallAreTerminated(boolean streamed) {
        begin(streamed);
        List<Scannable> ours = ours(fromSource());
        if (streamed) {
            @SuppressWarnings("unchecked")
            Subscriber<StreamChunk> source = (Subscriber<StreamChunk>) sources.get(0);
            source.onNext(new StreamChunk.Text("hello"));
            source.onNext(FINISH);
            source.onComplete();
        } else {
            @SuppressWarnings("unchecked")
            Subscriber<ChatResponse> source = (Subscriber<ChatResponse>) sources.get(0);
            source.onNext(ChatResponse.of("a", "m", "hello"));
            source.onComplete();
        }
        assertThat(reader.isDisposed()).isTrue();
        assertThat(ours)
                .extracting(operator -> operator.scan(Scannable.Attr.TERMINATED))
                .containsOnly(Boolean.TRUE);
    }

    private void begin(boolean streamed) {
        Understudy understudy = Understudy.over(provider);
        if (streamed) {
            understudy.stream(REQUEST).subscribe(reader);
        } else {
            understudy.chat(REQUEST).subscribe(reader);
        }
        assertThat(sources).hasSize(1);
    }

    private List<Scannable> fromSource() {
        List<Scannable> found = new ArrayList<>();
        Scannable first = Scannable.from(sources.get(0));
        found.add(first);
        first.actuals().forEach(found::add);
        return found;
    }

    private static List<Scannable> ours(List<Scannable> operators) {
        return operators.stream()
                .filter(operator -> operator.getClass().getName().startsWith("dev.understudy.call."))
                .toList();
    }

    private static List<String> names(List<Scannable> operators) {
        return operators.stream()
                .map(operator -> operator.getClass().getSimpleName())
                .toList();
    }

    private static Subscription idle() {
        return new Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        };
    }
}
