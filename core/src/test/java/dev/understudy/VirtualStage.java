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

/** A door on a clock of its own that only moves when it is told to, and an ear for what happens behind it. */
public final class VirtualStage {

    public static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    /** Each provider once; what is tried again is told by the scene. */
    public static final RetryPolicy ONCE = RetryPolicy.none();

    public final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    public final List<Event> events = Collections.synchronizedList(new ArrayList<>());

    /** A call, and what came of it so far. */
    public static final class Heard {
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

        public AttemptLog trail() {
            if (error instanceof dev.understudy.chat.ChatException.Exhausted exhausted) {
                return exhausted.trail();
            }
            if (error instanceof dev.understudy.chat.ChatException.PartialAnswer partial) {
                return partial.trail();
            }
            return finish().servedBy().attemptLog();
        }

        /** {@code a:served}, {@code b:failed}: who did what, in order. */
        public List<String> outcomes() {
            return trail().attempts().stream()
                    .map(attempt ->
                            attempt.provider() + ":" + attempt.outcome().name().toLowerCase(java.util.Locale.ROOT))
                    .toList();
        }
    }

    public UnderstudyBuilder builder(ChatProvider... cast) {
        UnderstudyBuilder builder = Understudy.builder()
                .retry(ONCE)
                .random(new FixedDice(0.5))
                .scheduler(clock)
                .listener(events::add);
        Arrays.stream(cast).forEach(builder::provider);
        return builder;
    }

    /** The same cue with its pauses on this stage's clock. */
    public ScriptedAnswer timed(ScriptedAnswer scriptedAnswer) {
        return scriptedAnswer.on(clock);
    }

    public Heard chat(Understudy understudy) {
        return chat(understudy.chat(REQUEST));
    }

    public Heard chat(Mono<ChatResponse> answer) {
        Heard heard = new Heard();
        heard.call = answer.subscribe(
                response -> {
                    heard.texts.add(response.text());
                    heard.finish = response.finish();
                    heard.firstAt = heard.endedAt = nanos();
                },
                error -> failed(heard, error));
        return heard;
    }

    public Heard stream(Understudy understudy) {
        return stream(understudy.stream(REQUEST));
    }

    public Heard stream(Flux<StreamChunk> answer) {
        Heard heard = new Heard();
        heard.call = answer.subscribe(
                chunk -> {
                    heard.firstAt = heard.firstAt < 0 ? nanos() : heard.firstAt;
                    if (chunk instanceof StreamChunk.Finish finish) {
                        heard.finish = finish;
                        heard.endedAt = nanos();
                    } else {
                        heard.texts.add(chunk.text());
                    }
                },
                error -> failed(heard, error));
        return heard;
    }

    private void failed(Heard heard, Throwable error) {
        heard.error = error;
        heard.endedAt = nanos();
    }

    /** One call each so often, for so long; the clock stands at the end of it. */
    public List<Heard> load(Understudy understudy, boolean streamed, Duration every, Duration forHowLong) {
        List<Heard> all = new ArrayList<>();
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
