package dev.understudy.streaming.kept;

import dev.understudy.chat.ChatProvider;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** One instance of an application. When it dies, the store hears nothing more of it and its calls end. */
final class Instance implements KeptStreamStore {

    private final KeptStreamStore store;
    private final Scheduler scheduler;
    private final KeptStreams streams;
    private boolean dead;
    private @Nullable Duration appendDelay;
    private boolean failing;
    private boolean answersOnly;
    private int failingTakeovers;
    private boolean silent;
    private int missingAppends;
    private @Nullable Duration answerDelay;

    Instance(
            KeptStreamStore store,
            ChatProvider provider,
            KeptStreams.Options options,
            Supplier<String> ids,
            Scheduler scheduler) {
        this.store = store;
        this.scheduler = scheduler;
        this.streams = new KeptStreams(provider, this, options, ids, scheduler);
    }

    KeptStreams streams() {
        return streams;
    }

    void die() {
        dead = true;
        streams.close();
    }

    /** True if a generation of this instance runs. */
    boolean isGenerating() {
        return streams.generations() > 0;
    }

    boolean isFailing() {
        return failing;
    }

    /** Executes appends late, even those of a generation that ended meanwhile, and answers none; null for no delay. */
    void delayingAppends(@Nullable Duration delay) {
        appendDelay = delay;
    }

    /** Fails all operations after the store executed them, or no more. */
    void losingAnswers(boolean now) {
        failing = now;
        answersOnly = now;
    }

    /** Fails all operations of the store for this instance, or no more. */
    void failing(boolean now) {
        failing = now;
        answersOnly = false;
    }

    /** Answers no operation, and executes none, or no more. */
    void silent(boolean now) {
        silent = now;
    }

    /** Acknowledges so many appends and loses them. */
    void missingAppends(int count) {
        missingAppends = count;
    }

    /** Fails the first read of so many takeovers. */
    void failingTakeovers(int count) {
        failingTakeovers = count;
    }

    /** Delays answers of the store, which executes the operation at once; null for no delay. */
    void delayingAnswers(@Nullable Duration delay) {
        answerDelay = delay;
    }

    void heal() {
        failing(false);
        appendDelay = null;
    }

    private <T> Mono<T> unlessDead(Mono<T> operation) {
        return Mono.defer(() -> {
            if (failing) {
                Mono<T> lost = Mono.error(new IllegalStateException("no connection"));
                return answersOnly ? operation.then(lost) : lost;
            }
            Duration delay = answerDelay;
            return dead || silent ? Mono.never() : delay == null ? operation : operation.delayElement(delay, scheduler);
        });
    }

    @Override
    public Mono<Lease> create(String id, String request, Duration lease, Duration grace) {
        return unlessDead(store.create(id, request, lease, grace));
    }

    @Override
    public Mono<Boolean> append(String id, Append append) {
        return Mono.defer(() -> {
            if (missingAppends > 0) {
                missingAppends--;
                return Mono.just(true);
            }
            Duration delay = appendDelay;
            if (delay == null) {
                return unlessDead(store.append(id, append));
            }
            scheduler.schedule(() -> store.append(id, append).subscribe(), delay.toMillis(), TimeUnit.MILLISECONDS);
            return Mono.never();
        });
    }

    @Override
    public Mono<Renewal> renew(String id, long fence, Duration lease) {
        return unlessDead(store.renew(id, fence, lease));
    }

    @Override
    public Mono<Lease> acquire(String id, Duration lease, boolean force) {
        return unlessDead(store.acquire(id, lease, force));
    }

    @Override
    public Mono<State> attend(String id, Duration grace) {
        return unlessDead(store.attend(id, grace));
    }

    @Override
    public Mono<Page> read(String id, long after, int most, Duration wait) {
        return Mono.defer(() -> {
            if (wait.isZero() && failingTakeovers > 0) { // readers wait
                failingTakeovers--;
                return Mono.error(new IllegalStateException("no connection"));
            }
            return unlessDead(store.read(id, after, most, wait));
        });
    }
}
