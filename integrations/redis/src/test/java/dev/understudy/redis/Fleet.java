package dev.understudy.redis;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Instances of an application in one JVM, each with an understudy, providers, circuits, and connections to Redis of its own.
 * They share no mutable state: the only static things of the library that change are counters of names.
 */
final class Fleet implements AutoCloseable {

    static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    /** A call that ended. */
    record Call(long at, long nanos, String by) {}

    /** The vendor that all instances ask first. */
    static final class Vendor {
        volatile boolean down;
        final Queue<Long> attempts = new ConcurrentLinkedQueue<>();

        ChatProvider provider() {
            ChatProvider well = ScriptedProvider.named("primary").always(ScriptedAnswer.text("well"));
            ChatProvider dead = ScriptedProvider.named("primary").always(ScriptedAnswer.fail(FailureKind.SERVER));
            return new ForwardingChatProvider(well) {
                @Override
                public Mono<ChatResponse> chat(ChatRequest request) {
                    return Mono.defer(() -> {
                        attempts.add(System.nanoTime());
                        return (down ? dead : well).chat(request);
                    });
                }
            };
        }
    }

    /** One instance. */
    final class Instance {
        final RedisSharedState shared;
        final Understudy understudy;
        final Queue<Call> calls = new ConcurrentLinkedQueue<>();

        Instance(String uri, RedisSharedState.Options options) {
            shared = RedisSharedState.open(RedisOptions.of(uri), options);
            understudy = Understudy.builder()
                    .provider(vendor.provider())
                    .provider(ScriptedProvider.named("backup").always(ScriptedAnswer.text("instead")))
                    .sharedState(shared)
                    .listener(this::heard)
                    .build();
        }

        private void heard(Event event) {
            if (event instanceof Event.CircuitStateChanged change
                    && change.to() == ProviderStatus.CircuitState.OPEN
                    && !String.valueOf(change.reason()).startsWith("another instance")) {
                firstTrip.compareAndSet(0, System.nanoTime());
            }
        }

        /** Calls one after the other at an interval. */
        Flux<Call> load(Duration every) {
            return Flux.interval(every).onBackpressureDrop().concatMap(tick -> call(), 1);
        }

        Mono<Call> call() {
            return Mono.defer(() -> {
                long start = System.nanoTime();
                return understudy
                        .chat(REQUEST)
                        .map(answer -> new Call(
                                start,
                                System.nanoTime() - start,
                                answer.servedBy().provider()))
                        .onErrorResume(error -> Mono.just(new Call(start, System.nanoTime() - start, "failed")))
                        .doOnNext(calls::add);
            });
        }

        boolean sees(String held) {
            return understudy.control().status().stream()
                    .anyMatch(status -> status.provider().equals(held) && status.hold() != null);
        }
    }

    final Vendor vendor = new Vendor();
    final AtomicLong firstTrip = new AtomicLong();
    final List<Instance> instances = new ArrayList<>();
    private final List<Disposable> load = new ArrayList<>();

    Fleet(int number, String uri, RedisSharedState.Options options) {
        for (int i = 0; i < number; i++) {
            instances.add(new Instance(uri, options));
        }
    }

    void call(Duration every) {
        instances.forEach(instance -> load.add(instance.load(every).subscribe()));
    }

    List<Call> calls() {
        return instances.stream().flatMap(instance -> instance.calls.stream()).toList();
    }

    @Override
    public void close() {
        load.forEach(Disposable::dispose);
        instances.forEach(instance -> {
            instance.understudy.close();
            instance.shared.close();
        });
    }
}
