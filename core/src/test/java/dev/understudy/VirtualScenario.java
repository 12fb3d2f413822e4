package dev.understudy;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Builds clients on a virtual clock, records their events, and runs calls. */
public final class VirtualScenario {

    public static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    /** No retries at a provider, unless a test sets them. */
    public static final RetryPolicy ONCE = RetryPolicy.none();

    public final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    public final List<Event> events = Collections.synchronizedList(new ArrayList<>());

    /** A call and its result so far. */
    public static final class CallResult {
        final List<String> texts = new CopyOnWriteArrayList<>();
        volatile StreamChunk.@Nullable Finish finish;
        public volatile @Nullable Throwable error;
        public volatile long firstAt = -1;
        public volatile long endedAt = -1;
        public Disposable call = () -> {};

        public String text() {
            return String.join("", texts);
        }

        public boolean served() {
            return finish != null;
        }

        public StreamChunk.Finish finish() {
            if (finish == null) {
                throw new AssertionError("not served: " + error);
            }
            return finish;
        }

        public String by() {
            return finish().servedBy().provider();
        }

        public AttemptLog attemptLog() {
            if (error instanceof dev.understudy.chat.ChatException.Exhausted exhausted) {
                return exhausted.attemptLog();
            }
            if (error instanceof dev.understudy.chat.ChatException.PartialAnswer partial) {
                return partial.attemptLog();
            }
            return finish().servedBy().attemptLog();
        }

        /** Provider and outcome of each attempt in order, such as {@code a:served}. */
        public List<String> outcomes() {
            return attemptLog().attempts().stream()
                    .map(attempt ->
                            attempt.provider() + ":" + attempt.outcome().name().toLowerCase(java.util.Locale.ROOT))
                    .toList();
        }
    }

    public UnderstudyBuilder builder(ChatProvider... providers) {
        UnderstudyBuilder builder = Understudy.builder()
                .retry(ONCE)
                .random(new FixedRandom(0.5))
                .scheduler(clock)
                .listener(events::add);
        Arrays.stream(providers).forEach(builder::provider);
        return builder;
    }

    /** Returns the answer with its delays on the virtual clock. */
    public ScriptedAnswer timed(ScriptedAnswer scriptedAnswer) {
        return scriptedAnswer.on(clock);
    }

    public CallResult chat(Understudy understudy) {
        return chat(understudy.chat(REQUEST));
    }

    public CallResult chat(Mono<ChatResponse> answer) {
        CallResult result = new CallResult();
        result.call = answer.subscribe(
                response -> {
                    result.texts.add(response.text());
                    result.finish = response.finish();
                    result.firstAt = result.endedAt = nanos();
                },
                error -> failed(result, error));
        return result;
    }

    public CallResult stream(Understudy understudy) {
        return stream(understudy.stream(REQUEST));
    }

    public CallResult stream(Flux<StreamChunk> answer) {
        CallResult result = new CallResult();
        result.call = answer.subscribe(
                chunk -> {
                    result.firstAt = result.firstAt < 0 ? nanos() : result.firstAt;
                    if (chunk instanceof StreamChunk.Finish finish) {
                        result.finish = finish;
                        result.endedAt = nanos();
                    } else {
                        result.texts.add(chunk.text());
                    }
                },
                error -> failed(result, error));
        return result;
    }

    private void failed(CallResult result, Throwable error) {
        result.error = error;
        result.endedAt = nanos();
    }

    /** Makes calls at a fixed interval, and advances the clock to the end of the duration. */
    public List<CallResult> load(Understudy understudy, boolean streamed, Duration every, Duration forHowLong) {
        List<CallResult> all = new ArrayList<>();
        long calls = forHowLong.toNanos() / every.toNanos();
        for (long i = 0; i < calls; i++) {
            all.add(streamed ? stream(understudy) : chat(understudy));
            advance(every);
        }
        return all;
    }

    public void advance(Duration time) {
        clock.advanceTimeBy(time);
    }

    public long nanos() {
        return clock.now(TimeUnit.NANOSECONDS);
    }

    Duration now() {
        return Duration.ofNanos(nanos());
    }

    public <E extends Event> List<E> events(Class<E> type) {
        return List.copyOf(events).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    public static ProviderStatus standing(Understudy understudy, String provider) {
        return understudy.control().status().stream()
                .filter(providerStatus -> providerStatus.provider().equals(provider))
                .findFirst()
                .orElseThrow();
    }
}
