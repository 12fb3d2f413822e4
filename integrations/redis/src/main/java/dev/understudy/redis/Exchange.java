package dev.understudy.redis;

import dev.understudy.redis.Entry.Slot;
import dev.understudy.redis.Medium.Sent;
import dev.understudy.redis.Medium.Session;
import dev.understudy.redis.Medium.Snapshot;
import dev.understudy.shared.SharedState.LimitSpent;
import dev.understudy.shared.SharedState.Message;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.retry.Retry;

/**
 * Keeps the replica of one instance, its understudies and a medium in agreement. Messages of one understudy reach the others
 * of the instance with or without the medium.
 */
final class Exchange implements Disposable {

    /**
     * Intervals and numbers that do not depend on the medium.
     *
     * @param heartbeat interval at which the connection is checked
     * @param spendInterval time for which use of rate limits is added up
     * @param capacity number of cooldowns and circuits that are kept
     */
    record Limits(Duration heartbeat, Duration spendInterval, int capacity) {}

    /** Counts since the start, as {@code RedisSharedState.Status} has them. */
    record Counts(
            boolean connected, long outages, int entries, long published, long received, long ignored, long repaired) {}

    private static final Logger LOG = Loggers.getLogger("dev.understudy.redis.RedisSharedState");
    private static final int CONCURRENCY = 16;

    private final Medium medium;
    private final Limits limits;
    private final Backoff backoff;
    private final Scheduler scheduler;
    private final DoubleSupplier random;
    private final Stamp.Clock clock;
    private final String ownPrefix;
    private final Replica replica; // guarded by itself
    private final List<Mailbox> mailboxes = new CopyOnWriteArrayList<>();
    private final Spending spending;
    private final AtomicReference<Versions> versions = new AtomicReference<>(Versions.NONE);
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong outages = new AtomicLong();
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong ignored = new AtomicLong();
    private final AtomicLong repaired = new AtomicLong();
    private final Disposable.Swap loop = Disposables.swap();
    private volatile @Nullable Session session;
    private volatile boolean connected;
    private volatile boolean unsent;
    private volatile boolean stopped;

    Exchange(
            Medium medium,
            Limits limits,
            Backoff backoff,
            Scheduler scheduler,
            DoubleSupplier random,
            String instance) {
        WireFormat.prepare();
        this.medium = medium;
        this.limits = limits;
        this.backoff = backoff;
        this.scheduler = scheduler;
        this.random = random;
        this.clock = new Stamp.Clock(instance);
        this.ownPrefix = instance + "/";
        this.replica = new Replica(limits.capacity());
        this.spending = new Spending(limits.spendInterval(), scheduler, this::sendSpent);
    }

    /** Connects in the background, and again whenever the connection is lost, until it is disposed. */
    void start() {
        loop.update(Flux.defer(() -> medium.open(this::receive))
                .switchMap(this::exchanged)
                .doOnError(this::lost)
                .retryWhen(Retry.from(errors -> errors.concatMap(error -> delay())))
                .subscribe());
    }

    private Mono<Long> delay() {
        return Mono.delay(Duration.ofNanos(backoff.nanos(failures.incrementAndGet(), random)), scheduler);
    }

    /** Brings both sides in agreement, and then checks at each heartbeat that they still are. */
    private Flux<Long> exchanged(Session open) {
        versions.set(Versions.NONE);
        session = open;
        Mono<Long> beat = Mono.defer(() -> Mono.delay(jittered(limits.heartbeat()), scheduler));
        return reconcile(open)
                .doOnSuccess(done -> connected())
                .thenMany(beat.then(check(open)).repeat());
    }

    private Duration jittered(Duration interval) {
        return Duration.ofNanos((long) ((double) interval.toNanos() * (0.75 + random.getAsDouble() / 2)));
    }

    private Mono<Long> check(Session open) {
        return Mono.defer(open::version).flatMap(version -> {
            if (unsent || versions.get().isBehind(version)) {
                repaired.incrementAndGet();
                return reconcile(open).thenReturn(version);
            }
            versions.updateAndGet(is -> is.looked(version));
            return Mono.just(version);
        });
    }

    /** Takes what is kept, and offers what is missing there, in the order in which it was written. */
    private Mono<Void> reconcile(Session open) {
        return Mono.defer(() -> {
                    unsent = false;
                    versions.updateAndGet(Versions::reading);
                    return open.snapshot();
                })
                .flatMapIterable(this::missing)
                .flatMap(entry -> store(open, entry), CONCURRENCY)
                .then();
    }

    private Mono<Boolean> store(Session open, Entry entry) {
        return open.store(entry, entry.ttl(now())).doOnNext(valid -> {
            if (!valid) {
                ignored.incrementAndGet();
            }
        });
    }

    private List<Entry> missing(Snapshot snapshot) {
        Map<Slot, Entry> kept = new HashMap<>();
        for (String text : snapshot.texts()) {
            Entry entry = accepted(text);
            if (entry != null) {
                kept.merge(entry.slot(), entry, (a, b) -> a.stamp().compareTo(b.stamp()) > 0 ? a : b);
            }
        }
        versions.updateAndGet(is -> is.read(snapshot.version()));
        kept.values().stream().sorted(Comparator.comparing(Entry::stamp)).forEach(this::merge);
        Set<String> keys = kept.keySet().stream().map(Slot::key).collect(Collectors.toSet());
        boolean full = keys.size() >= limits.capacity();
        synchronized (replica) {
            return replica.all(now()).stream()
                    .filter(own -> isNewer(own, kept.get(own.slot()))
                            && !(full
                                    && own.isEvictable()
                                    && !keys.contains(own.slot().key())))
                    .sorted(Comparator.comparing(Entry::stamp))
                    .toList();
        }
    }

    private static boolean isNewer(Entry own, @Nullable Entry kept) {
        return kept == null || own.stamp().compareTo(kept.stamp()) > 0;
    }

    private void receive(Sent sent) {
        Entry entry = accepted(sent.text());
        if (sent.version() > 0) {
            versions.updateAndGet(is -> is.arrived(sent.version()));
        }
        if (entry == null || entry.stamp().instance().equals(clock.instance())) {
            return;
        }
        received.incrementAndGet();
        if (entry.update() instanceof LimitSpent spent) {
            deliver(new Slot("spent/" + spent.provider(), entry.message().source()), entry.message());
        } else {
            merge(entry);
        }
    }

    /** Returns the entry of a text that counts, {@code null} for others. */
    private @Nullable Entry accepted(String text) {
        Entry entry = WireFormat.read(text);
        if (entry == null || entry.stamp().isAhead(now())) {
            ignored.incrementAndGet();
            return null;
        }
        clock.saw(entry.stamp());
        return entry;
    }

    private void merge(Entry entry) {
        synchronized (replica) {
            if (!replica.merge(entry, now())) {
                return;
            }
            put(entry.slot(), entry.asOf(now()));
            replica.after(entry).forEach(later -> put(later.slot(), later.message()));
        }
        mailboxes.forEach(Mailbox::emit);
    }

    private void deliver(Slot slot, Message message) {
        put(slot, message);
        mailboxes.forEach(Mailbox::emit);
    }

    private void put(Slot slot, Message message) {
        Message mine = local(message);
        mailboxes.forEach(mailbox -> mailbox.put(slot, mine));
    }

    /** Sources of other instances begin with the instance; those of this one are as its understudies know them. */
    private Message local(Message message) {
        return message.source().startsWith(ownPrefix)
                ? new Message(message.source().substring(ownPrefix.length()), message.update())
                : message;
    }

    void publish(Message message) {
        if (stopped) {
            return;
        }
        published.incrementAndGet();
        Message mine = new Message(ownPrefix + message.source(), message.update());
        if (message.update() instanceof LimitSpent spent) {
            deliver(new Slot("spent/" + spent.provider(), mine.source()), mine);
            spending.add(mine.source(), spent);
            return;
        }
        Entry entry;
        synchronized (replica) {
            entry = new Entry(clock.next(now()), after(message), mine);
            replica.merge(entry, now());
            put(entry.slot(), mine);
        }
        mailboxes.forEach(Mailbox::emit);
        send(entry);
    }

    private long after(Message message) {
        String key = message.update().key();
        return key == null ? 0 : replica.manualChoice(key);
    }

    /** Sends an entry without waiting; one that does not get through is offered at the next heartbeat or connection. */
    private void send(Entry entry) {
        Session open = session;
        if (open != null) {
            store(open, entry).subscribe(nothing -> {}, error -> unsent = true);
        }
    }

    private void sendSpent(String source, LimitSpent spent) {
        Session open = session;
        if (open != null) {
            Entry entry = new Entry(clock.next(now()), 0, new Message(source, spent));
            open.send(entry).subscribe(nothing -> {}, error -> {});
        }
    }

    Flux<Message> updates() {
        return Flux.create(this::subscribed, FluxSink.OverflowStrategy.DROP);
    }

    private void subscribed(FluxSink<Message> sink) {
        Mailbox mailbox = new Mailbox(sink);
        synchronized (replica) {
            replica.inForce(now()).forEach(entry -> mailbox.put(entry.slot(), local(entry.asOf(now()))));
            mailboxes.add(mailbox);
        }
        sink.onDispose(() -> mailboxes.remove(mailbox));
        mailbox.emit();
    }

    private void connected() {
        connected = true;
        int attempts = failures.getAndSet(0);
        if (attempts > 0) {
            LOG.info("Shared state: connected to {} again", medium);
        }
    }

    /** Writes one line for each outage, not for each attempt to connect. */
    private void lost(Throwable error) {
        boolean first = connected || failures.get() == 0;
        connected = false;
        session = null;
        if (first && !stopped) {
            outages.incrementAndGet();
            LOG.warn(
                    "Shared state: no connection to {} ({}). Calls go on; instances decide by their own knowledge until it is back",
                    medium,
                    error.getClass().getSimpleName());
        }
    }

    Counts counts() {
        int entries;
        synchronized (replica) {
            entries = replica.size();
        }
        return new Counts(
                connected, outages.get(), entries, published.get(), received.get(), ignored.get(), repaired.get());
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    @Override
    public void dispose() {
        stopped = true;
        connected = false;
        session = null;
        loop.dispose();
        spending.dispose();
    }

    @Override
    public boolean isDisposed() {
        return loop.isDisposed();
    }

    @Override
    public String toString() {
        return medium.toString();
    }
}
