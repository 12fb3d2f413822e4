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
 * Records activity for {@link Admin}: counts per agent since construction, and a live feed of events for the event
 * stream route. Register it as a listener of the agents: {@code Agents.open(config, activityLog)}. Memory is bounded,
 * and recording never blocks. Thread-safe.
 */
public final class ActivityLog implements Listener {

    /** Bound on agents that are counted; events of further agents are not counted. */
    static final int MAX_AGENTS = 1_000;

    private final Supplier<Scheduler> clock;
    private final Instant since;
    private final Map<String, AgentCounters> counters = new ConcurrentHashMap<>();
    private final Map<String, ActivitySeries> series = new ConcurrentHashMap<>();
    private final RecentCalls recentCalls = new RecentCalls();
    private final EventFeed eventFeed = new EventFeed();
    private volatile ActivitySeries.Cost cost = (agent, attempt) -> 0;

    /** Creates an empty log on the system clock. */
    public ActivityLog() {
        this(Schedulers::parallel);
    }

    ActivityLog(Supplier<Scheduler> clock) {
        this.clock = clock;
        this.since = now();
    }

    @Override
    public void on(Event event) {
        AgentCounters agentCounters = counters(event.understudy());
        if (agentCounters != null) {
            agentCounters.on(event, this::now);
            series(event.understudy()).on(event, now(), cost);
            recentCalls.on(event, now());
        }
        eventFeed.on(event, this::now);
    }

    private @Nullable AgentCounters counters(String agent) {
        AgentCounters known = counters.get(agent);
        return known != null || counters.size() >= MAX_AGENTS
                ? known
                : counters.computeIfAbsent(agent, any -> new AgentCounters());
    }

    /** Returns the counters of this agent; zeros when nothing was counted. */
    AgentCounters of(String agent) {
        AgentCounters known = counters.get(agent);
        return known == null ? new AgentCounters() : known;
    }

    /** Returns the series of this agent, which is counted. */
    ActivitySeries series(String agent) {
        ActivitySeries known = series.get(agent);
        return known != null || series.size() >= MAX_AGENTS
                ? known == null ? new ActivitySeries() : known
                : series.computeIfAbsent(agent, any -> new ActivitySeries());
    }

    RecentCalls recentCalls() {
        return recentCalls;
    }

    /** Sets the source of prices; until then activity costs nothing. */
    void price(ActivitySeries.Cost cost) {
        this.cost = cost;
    }

    Instant since() {
        return since;
    }

    EventFeed feed() {
        return eventFeed;
    }

    Instant now() {
        return Instant.ofEpochMilli(clock.get().now(TimeUnit.MILLISECONDS));
    }
}
