package dev.understudy.ops.admin;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
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
public final class ActivityLog implements Listener {

    /** Agents are named by configuration; a bound all the same. */
    static final int MOST_AGENTS = 1_000;

    private final Supplier<Scheduler> clock;
    private final Instant since;
    private final Map<String, AgentCounters> tallies = new ConcurrentHashMap<>();
    private final EventFeed eventFeed = new EventFeed();

    /** Empty, on the wall clock. */
    public ActivityLog() {
        this(Schedulers::parallel);
    }

    ActivityLog(Supplier<Scheduler> clock) {
        this.clock = clock;
        this.since = now();
    }

    @Override
    public void on(Event event) {
        AgentCounters agentCounters = tally(event.understudy());
        if (agentCounters != null) {
            agentCounters.on(event, this::now);
        }
        eventFeed.on(event, this::now);
    }

    private @Nullable AgentCounters tally(String agent) {
        AgentCounters known = tallies.get(agent);
        return known != null || tallies.size() >= MOST_AGENTS
                ? known
                : tallies.computeIfAbsent(agent, any -> new AgentCounters());
    }

    /** What was counted for this agent; zeros when nothing was. */
    AgentCounters of(String agent) {
        AgentCounters known = tallies.get(agent);
        return known == null ? new AgentCounters() : known;
    }

    Instant since() {
        return since;
    }

    EventFeed feed() {
        return eventFeed;
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.get().now(TimeUnit.MILLISECONDS));
    }
}
