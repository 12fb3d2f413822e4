package dev.understudy;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Trail;
import dev.understudy.testing.Cue;
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
final class VirtualStage {

    static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    /** Each provider once; what is tried again is told by the scene. */
    static final RetryPolicy ONCE = RetryPolicy.none();

    final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    final List<Event> events = Collections.synchronizedList(new ArrayList<>());

    /** A call, and what came of it so far. */
    static final class Heard {
        final List<String> texts = new CopyOnWriteArrayList<>();
        volatile StreamChunk.@Nullable Finish finish;
        volatile @Nullable Throwable error;
        volatile long firstAt = -1;
        volatile long endedAt = -1;
        Disposable call = () -> {};

        String text() {
            return String.join("", texts);
        }

        boolean served() {
            return finish != null;
        }

        StreamChunk.Finish finish() {
            if (finish == null) {
                throw new AssertionError("not served: " + error);
            }
            return finish;
        }

        String by() {
            return finish().served().provider();
        }

        Trail trail() {
            if (error instanceof dev.understudy.chat.ChatException.Exhausted exhausted) {
                return exhausted.trail();
            }
            if (error instanceof dev.understudy.chat.ChatException.PartialAnswer partial) {
                return partial.trail();
            }
            return finish().served().trail();
        }

        /** {@code a:served}, {@code b:failed}: who did what, in order. */
        List<String> outcomes() {
            return trail().entries().stream()
                    .map(entry ->
                            entry.provider() + ":" + entry.outcome().name().toLowerCase(java.util.Locale.ROOT))
                    .toList();
        }
    }

    UnderstudyBuilder builder(ChatProvider... cast) {
        UnderstudyBuilder builder = Understudy.builder()
                .retry(ONCE)
                .random(new FixedDice(0.5))
                .scheduler(clock)
                .listener(events::add);
        Arrays.stream(cast).forEach(builder::provider);
        return builder;
    }

    /** The same cue with its pauses on this stage's clock. */
    Cue timed(Cue cue) {
        return cue.on(clock);
    }

    Heard chat(Understudy understudy) {
        return chat(understudy.chat(REQUEST));
    }

    Heard chat(Mono<ChatResponse> answer) {
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

    Heard stream(Understudy understudy) {
        return stream(understudy.stream(REQUEST));
    }

    Heard stream(Flux<StreamChunk> answer) {
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
    List<Heard> load(Understudy understudy, boolean streamed, Duration every, Duration forHowLong) {
        List<Heard> all = new ArrayList<>();
        long calls = forHowLong.toNanos() / every.toNanos();
        for (long i = 0; i < calls; i++) {
            all.add(streamed ? stream(understudy) : chat(understudy));
            advance(every);
        }
        return all;
    }

    void advance(Duration time) {
        clock.advanceTimeBy(time);
    }

    long nanos() {
        return clock.now(TimeUnit.NANOSECONDS);
    }

    Duration now() {
        return Duration.ofNanos(nanos());
    }

    <E extends Event> List<E> events(Class<E> type) {
        return List.copyOf(events).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    static Standing standing(Understudy understudy, String provider) {
        return understudy.control().status().stream()
                .filter(standing -> standing.provider().equals(provider))
                .findFirst()
                .orElseThrow();
    }
}
