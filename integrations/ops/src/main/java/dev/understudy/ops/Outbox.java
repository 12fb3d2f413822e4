package dev.understudy.ops;

import dev.understudy.Event;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Where posts wait, with a bound. One is on its way at a time, in order; whoever puts one here never waits. */
final class Outbox {

    private final Supplier<Scheduler> scheduler;
    private final RandomGenerator dice;
    private final Courier courier;
    private final LongAdder delivered = new LongAdder();
    private final LongAdder givenUp = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final Disposable work;
    private volatile @Nullable FluxSink<Post> waiting;

    Outbox(Webhooks.Options options, Supplier<Scheduler> scheduler, RandomGenerator dice) {
        this.scheduler = scheduler;
        this.dice = dice;
        this.courier = new Courier(options, scheduler, dice);
        // Nobody else subscribes to background work: it ends with close().
        this.work = Flux.<Post>create(sink -> this.waiting = sink, FluxSink.OverflowStrategy.IGNORE)
                .onBackpressureBuffer(options.delivery().queue(), post -> drop(), BufferOverflowStrategy.DROP_OLDEST)
                .publishOn(scheduler.get(), 1)
                .concatMap(this::deliver, 0)
                .subscribe();
    }

    void put(Event event, int count) {
        Instant now = Instant.ofEpochMilli(scheduler.get().now(TimeUnit.MILLISECONDS));
        String id = "msg_" + HexFormat.of().toHexDigits(dice.nextLong())
                + HexFormat.of().toHexDigits(dice.nextLong());
        FluxSink<Post> sink = waiting;
        if (sink != null) {
            sink.next(new Post(id, now, event, count));
        }
    }

    /** Counts one that is never tried. */
    void drop() {
        dropped.increment();
    }

    private Mono<Void> deliver(Post post) {
        return courier.deliver(post)
                .doOnSuccess(done -> delivered.increment())
                .onErrorResume(failure -> Mono.fromRunnable(givenUp::increment));
    }

    Webhooks.Counts counts() {
        return new Webhooks.Counts(delivered.sum(), givenUp.sum(), dropped.sum());
    }

    void close() {
        work.dispose();
        courier.close();
    }
}
