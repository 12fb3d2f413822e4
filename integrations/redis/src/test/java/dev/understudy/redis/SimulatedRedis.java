package dev.understudy.redis;

import dev.understudy.redis.Entry.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A store in memory on a virtual clock, whose network delays, loses, doubles and reorders what is sent, and is cut at times. */
final class SimulatedRedis {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final VirtualTimeScheduler clock;
    private final Random random;
    private final Map<Slot, Entry> kept = new HashMap<>();
    private final List<Link> links = new ArrayList<>();
    private final Set<Integer> cut = new HashSet<>();
    private long version;

    /** Share of commands that are not answered, which ends their connection. */
    double loss;

    /** Share of messages that do not reach a subscriber, whose connection stays. */
    double messageLoss;

    double duplication;
    int maxDelayMillis = 5;

    /** Number of commands to store an entry, those included that were for nothing. */
    long stores;

    /** Number of commands to read all entries. */
    long snapshots;

    private record Link(int instance, Consumer<Medium.Sent> receiver) {}

    SimulatedRedis(VirtualTimeScheduler clock, Random random) {
        this.clock = clock;
        this.random = random;
    }

    void cut(int instance) {
        cut.add(instance);
    }

    void healed() {
        cut.clear();
    }

    void well() {
        cut.clear();
        loss = 0;
        messageLoss = 0;
        duplication = 0;
    }

    /** Loses all data, as a server without a disk does when it is started again. */
    void forget() {
        kept.clear();
        version = 0; // begins with the time at the next change
    }

    Medium of(int instance) {
        return receiver -> Flux.defer(() -> {
            Link link = new Link(instance, receiver);
            return command(instance, () -> {
                        links.add(link);
                        return true;
                    })
                    .<Medium.Session>map(done -> new SimulatedSession(instance))
                    .concatWith(Mono.never())
                    .doFinally(end -> links.remove(link));
        });
    }

    private long now() {
        return clock.now(TimeUnit.MILLISECONDS);
    }

    private Duration delay() {
        return Duration.ofMillis(random.nextInt(maxDelayMillis + 1));
    }

    /** Runs a command that fails without an effect, after its effect, or not at all. */
    private <T> Mono<T> command(int instance, java.util.function.Supplier<T> effect) {
        return Mono.defer(() -> {
            if (cut.contains(instance) || random.nextDouble() < loss) {
                return Mono.delay(TIMEOUT, clock).then(Mono.error(new IllegalStateException("no answer")));
            }
            return Mono.delay(delay(), clock).map(sent -> effect.get()).flatMap(result -> {
                boolean lost = cut.contains(instance) || random.nextDouble() < loss;
                return lost
                        ? Mono.delay(TIMEOUT, clock).then(Mono.error(new IllegalStateException("no answer")))
                        : Mono.delay(delay(), clock).thenReturn(result);
            });
        });
    }

    private boolean store(Entry entry) {
        stores++;
        if (entry.stamp().isAhead(now())) {
            return false;
        }
        Entry known = kept.get(entry.slot());
        if (known == null || known.stamp().compareTo(entry.stamp()) < 0) {
            kept.put(entry.slot(), entry);
            version = version == 0 ? now() : version;
            send(new Medium.Sent(++version, WireFormat.write(entry)));
        }
        return true;
    }

    private void send(Medium.Sent sent) {
        for (Link link : List.copyOf(links)) {
            int copies = random.nextDouble() < messageLoss ? 0 : random.nextDouble() < duplication ? 2 : 1;
            for (int copy = 0; copy < copies; copy++) {
                clock.schedule(() -> deliver(link, sent), delay().toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private void deliver(Link link, Medium.Sent sent) {
        if (!cut.contains(link.instance) && links.contains(link)) {
            link.receiver.accept(sent);
        }
    }

    private final class SimulatedSession implements Medium.Session {

        private final int instance;

        SimulatedSession(int instance) {
            this.instance = instance;
        }

        @Override
        public Mono<Boolean> store(Entry entry, long ttl) {
            return ttl == 0 ? Mono.empty() : command(instance, () -> SimulatedRedis.this.store(entry));
        }

        @Override
        public Mono<Void> send(Entry entry) {
            return command(instance, () -> {
                        SimulatedRedis.this.send(new Medium.Sent(0, WireFormat.write(entry)));
                        return true;
                    })
                    .then();
        }

        @Override
        public Mono<Medium.Snapshot> snapshot() {
            return command(instance, () -> {
                snapshots++;
                kept.values().removeIf(entry -> entry.ttl(now()) == 0);
                return new Medium.Snapshot(
                        version, kept.values().stream().map(WireFormat::write).toList());
            });
        }

        @Override
        public Mono<Long> version() {
            return command(instance, () -> version);
        }
    }
}
