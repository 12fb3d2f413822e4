package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.guard.FinishWait;
import dev.understudy.guard.SharedTimers;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Limits the wait for the end of a streamed body. After the terminal event the wait lasts as long as the drain of the
 * transport. After a finish reason without a terminal event text may still arrive: the wait lasts until a limit of the
 * attempt is exceeded, or for {@link #IDLE} without content if no client limits the attempt. Content after the finish
 * reason shows that the server sends the reason early: from then on silence until the limit is a failure. One per
 * response.
 */
final class BodyEndWait implements StreamBodyDecoder.Progress {

    /** Equal to the default idle limit of a client. */
    static final Duration IDLE = Duration.ofSeconds(20);

    private final Sinks.Many<Duration> waits =
            Sinks.many().unicast().onBackpressureBuffer(new ConcurrentLinkedQueue<>());
    private final AtomicInteger unread = new AtomicInteger();
    private final Duration drain;
    private final @Nullable FinishWait finishWait;
    private final RequestProgress requestProgress;
    private volatile boolean early;
    private volatile boolean terminated;

    /** @param finishWait connection to the limits of the attempt, {@code null} if no client limits it */
    BodyEndWait(Duration drain, @Nullable FinishWait finishWait, RequestProgress requestProgress) {
        this.drain = drain;
        this.finishWait = finishWait;
        this.requestProgress = requestProgress;
    }

    /** Emits or fails when the wait for the end of the body is over. */
    Flux<Long> over() {
        return waits.asFlux().switchMap(this::over);
    }

    /** Records that a fragment arrived. */
    void arrived() {
        if (finishWait == null) {
            unread.incrementAndGet();
        }
    }

    /** Emits or fails after the wait; time during which the subscriber has not read what arrived does not end it. */
    private Mono<Long> over(Duration wait) {
        return Mono.delay(wait, SharedTimers.parallel())
                .filter(tick -> terminated || unread.get() <= 0)
                .repeatWhenEmpty(ticks -> ticks)
                .flatMap(tick -> early && !terminated
                        ? Mono.error(new CallFailed(Failure.timeout(Failure.Phase.IDLE, wait)))
                        : Mono.just(tick));
    }

    @Override
    public void read() {
        if (finishWait == null) {
            unread.decrementAndGet();
        }
    }

    @Override
    public void content() {
        requestProgress.answered();
    }

    @Override
    public void finished() {
        if (finishWait == null) {
            waits.tryEmitNext(IDLE);
        } else {
            finishWait.begin(this::end);
        }
    }

    @Override
    public void contentAfterFinish() {
        early = true;
        if (finishWait == null) {
            waits.tryEmitNext(IDLE);
        } else {
            finishWait.cancel();
        }
    }

    @Override
    public void terminated() {
        terminated = true;
        waits.tryEmitNext(drain);
    }

    @Override
    public void overLimit() {
        end();
    }

    private void end() {
        waits.tryEmitNext(Duration.ZERO);
    }
}
