package dev.understudy.ops;

import dev.understudy.Event;
import dev.understudy.Listener;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * What has happened since it was made, for {@link Admin} to show: counts for each agent, and every event for those who watch
 * just now. Hear the doors with it: {@code builder.listener(journal)}. Memory is bounded and nobody waits for anybody.
 */
public final class Journal implements Listener {

    /** Agents are named by configuration; a bound all the same. */
    static final int MOST_AGENTS = 1_000;

    private final Supplier<Scheduler> clock;
    private final Instant since;
    private final Map<String, Tally> tallies = new ConcurrentHashMap<>();
    private final Feed feed = new Feed();

    /** Empty, on the wall clock. */
    public Journal() {
        this(Schedulers::parallel);
    }

    Journal(Supplier<Scheduler> clock) {
        this.clock = clock;
        this.since = now();
    }

    @Override
    public void on(Event event) {
        Tally tally = tally(event.door());
        if (tally != null) {
            tally.on(event, this::now);
        }
        feed.on(event, this::now);
    }

    private @Nullable Tally tally(String agent) {
        Tally known = tallies.get(agent);
        return known != null || tallies.size() >= MOST_AGENTS
                ? known
                : tallies.computeIfAbsent(agent, any -> new Tally());
    }

    /** What was counted for this agent; zeros when nothing was. */
    Tally of(String agent) {
        Tally known = tallies.get(agent);
        return known == null ? new Tally() : known;
    }

    Instant since() {
        return since;
    }

    Feed feed() {
        return feed;
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.get().now(TimeUnit.MILLISECONDS));
    }
}
