package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.guard.ConcurrencyLimit;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * The wait of a call for one of the concurrent calls of a provider, in order of arrival. Bounded in time by the policy and
 * by the deadline of the call. A cancelled wait leaves the queue, or passes on the slot that it was granted.
 */
final class SlotWait {

    private SlotWait() {}

    /** Emits the slot on the call's scheduler, because the thread that released it is still busy with another call. */
    static Mono<ConcurrencyLimit.Waiter> of(Call call, Route route) {
        ProviderOptions.RateLimits limits = route.pooledProvider().options().limits();
        Scheduler scheduler = call.policies().timeSource().scheduler();
        ConcurrencyLimit concurrency = route.pooledProvider().limiter().concurrency();
        long now = call.now();
        Duration rest = Duration.ofNanos(call.deadline() == Long.MAX_VALUE ? Long.MAX_VALUE : call.deadline() - now);
        boolean deadline = rest.compareTo(limits.queueWait()) <= 0;
        Duration longest = deadline ? rest : limits.queueWait();
        return Mono.<ConcurrencyLimit.Waiter>create(sink -> {
                    ConcurrencyLimit.Waiter waiter = concurrency.enqueue(slot -> emit(slot, sink, scheduler));
                    if (waiter == null) {
                        sink.error(failed(new SkipReason.QueueFull(limits.queue()).failure()));
                    } else {
                        sink.onDispose(waiter::cancel);
                    }
                })
                .timeout(longest, scheduler)
                .onErrorMap(
                        TimeoutException.class,
                        late -> failed(
                                deadline
                                        ? Failure.timeout(Failure.Phase.DEADLINE, longest)
                                        : new SkipReason.QueueTimeout(longest).failure()));
    }

    private static void emit(
            ConcurrencyLimit.Waiter slot, MonoSink<ConcurrencyLimit.Waiter> sink, Scheduler scheduler) {
        try {
            scheduler.schedule(() -> sink.success(slot));
        } catch (RejectedExecutionException closed) {
            slot.cancel();
            sink.error(closed);
        }
    }

    private static ChatException.CallFailed failed(Failure failure) {
        return new ChatException.CallFailed(failure);
    }
}
