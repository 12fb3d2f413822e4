package dev.understudy.ops.webhook;

import dev.understudy.event.Event;
import java.time.Instant;
import java.util.HexFormat;
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

/** A bounded queue of messages, which are delivered one at a time and in order. Adding a message never blocks. */
final class WebhookQueue {

    private final RandomGenerator random;
    private final WebhookSender webhookSender;
    private final LongAdder delivered = new LongAdder();
    private final LongAdder givenUp = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final Disposable work;
    private volatile @Nullable FluxSink<WebhookMessage> queue;

    WebhookQueue(Webhooks.Options options, Supplier<Scheduler> scheduler, RandomGenerator random) {
        this.random = random;
        this.webhookSender = new WebhookSender(options, scheduler, random);
        // background work, which ends with close()
        this.work = Flux.<WebhookMessage>create(sink -> this.queue = sink, FluxSink.OverflowStrategy.IGNORE)
                .onBackpressureBuffer(
                        options.delivery().queue(), webhookMessage -> drop(), BufferOverflowStrategy.DROP_OLDEST)
                .publishOn(scheduler.get(), 1)
                .concatMap(this::deliver, 0)
                .subscribe();
    }

    /** @param at time of the event */
    void put(Event event, Instant at, int count) {
        String id = "msg_" + HexFormat.of().toHexDigits(random.nextLong())
                + HexFormat.of().toHexDigits(random.nextLong());
        FluxSink<WebhookMessage> sink = queue;
        if (sink != null) {
            sink.next(new WebhookMessage(id, at, event, count));
        }
    }

    /** Counts a message that is never tried. */
    void drop() {
        dropped.increment();
    }

    private Mono<Void> deliver(WebhookMessage webhookMessage) {
        return webhookSender
                .deliver(webhookMessage)
                .doOnSuccess(done -> delivered.increment())
                .onErrorResume(failure -> Mono.fromRunnable(givenUp::increment));
    }

    Webhooks.Counts counts() {
        return new Webhooks.Counts(delivered.sum(), givenUp.sum(), dropped.sum());
    }

    void close() {
        work.dispose();
        webhookSender.close();
    }
}
