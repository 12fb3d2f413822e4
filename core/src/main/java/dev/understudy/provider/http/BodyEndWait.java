package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.guard.FinishWait;
import dev.understudy.guard.SharedTimers;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

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

    private final Disposable.Swap timer = Disposables.swap();
    private final AtomicInteger unread = new AtomicInteger();
    private final Duration drain;
    private final @Nullable FinishWait finishWait;
    private final RequestProgress requestProgress;
    private volatile boolean early;
    private volatile boolean terminated;
    private volatile Consumer<@Nullable Throwable> receiver = over -> {};

    /** @param finishWait connection to the limits of the attempt, {@code null} if no client limits it */
    BodyEndWait(Duration drain, @Nullable FinishWait finishWait, RequestProgress requestProgress) {
        this.drain = drain;
        this.finishWait = finishWait;
        this.requestProgress = requestProgress;
    }

    /**
     * Sets what is called when the wait for the end of the body is over.
     *
     * @param receiver receives the error of a body that is not complete, {@code null} for one that is
     */
    void onOver(Consumer<@Nullable Throwable> receiver) {
        this.receiver = receiver;
    }

    /** Ends the wait without a call of the receiver. */
    void cancel() {
        timer.dispose();
    }

    /** Records that a fragment arrived. */
    void arrived() {
        if (finishWait == null) {
            unread.incrementAndGet();
        }
    }

    /** Begins a wait, which takes the place of the one before. */
    private void begin(Duration wait) {
        Disposable.Swap next = Disposables.swap(); // stored before it is set, so that the last wait stays
        if (timer.update(next)) {
            try {
                next.replace(
                        SharedTimers.parallel().schedule(() -> expired(wait), wait.toNanos(), TimeUnit.NANOSECONDS));
            } catch (RejectedExecutionException rejected) {
                receiver.accept(rejected);
            }
        }
    }

    /** Time during which the subscriber has not read what arrived does not end the wait. */
    private void expired(Duration wait) {
        if (!terminated && unread.get() > 0) {
            begin(wait);
        } else {
            receiver.accept(early && !terminated ? new CallFailed(Failure.timeout(Failure.Phase.IDLE, wait)) : null);
        }
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
            begin(IDLE);
        } else {
            finishWait.begin(this::end);
        }
    }

    @Override
    public void contentAfterFinish() {
        early = true;
        if (finishWait == null) {
            begin(IDLE);
        } else {
            finishWait.cancel();
        }
    }

    @Override
    public void terminated() {
        terminated = true;
        begin(drain);
    }

    @Override
    public void overLimit() {
        end();
    }

    private void end() {
        begin(Duration.ZERO);
    }
}
