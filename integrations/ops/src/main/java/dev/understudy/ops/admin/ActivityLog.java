package dev.understudy.ops.admin;

import dev.understudy.Understudy;
import dev.understudy.chat.ServedBy;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.event.CallTotals;
import dev.understudy.ops.event.Prices;
import dev.understudy.ops.event.ReportListener;
import dev.understudy.ops.event.Totals;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Records activity for {@link Admin}: counts per agent since construction, resilience reports, and a live feed of events
 * for the event stream route. Register it as a listener of the agents: {@code Agents.open(config, activityLog)}. Memory is bounded,
 * and recording never blocks. Thread-safe.
 */
public final class ActivityLog implements Listener {

    /**
     * A resilience report: served calls by the step that led to their answer, the time that they needed more, and the tokens
     * and money that were spent and wasted. Computed from attempt logs. Immutable.
     */
    public static final class Report {

        private final @Nullable LocalDate day;
        private final String understudy;
        private final Totals totals;

        private Report(@Nullable LocalDate day, String understudy, Totals totals) {
            this.day = day;
            this.understudy = understudy;
            this.totals = totals;
        }

        /**
         * Returns the day in UTC.
         *
         * @return the day; {@code null} for a sum over days, or one call
         */
        public @Nullable LocalDate day() {
            return day;
        }

        /**
         * Returns the name of the understudy.
         *
         * @return the name; "" for a sum over understudies, or one call
         */
        public String understudy() {
            return understudy;
        }

        /**
         * Returns the number of ended calls.
         *
         * @return the number
         */
        public long calls() {
            return totals.calls();
        }

        /**
         * Returns the number of calls with a complete answer.
         *
         * @return the number
         */
        public long served() {
            return totals.served();
        }

        /**
         * Returns the number of calls that their first provider and model served after a retry.
         *
         * @return the number
         */
        public long savedByRetry() {
            return totals.saved().retry();
        }

        /**
         * Returns the number of calls that another provider or model served, before any content.
         *
         * @return the number
         */
        public long savedByFailover() {
            return totals.saved().failover();
        }

        /**
         * Returns the number of calls that a second request served, because the first was slow.
         *
         * @return the number
         */
        public long savedByHedge() {
            return totals.saved().hedge();
        }

        /**
         * Returns the number of streams that were interrupted and continued.
         *
         * @return the number
         */
        public long savedByTakeover() {
            return totals.saved().takeover();
        }

        /**
         * Returns the time of the saved calls in which no attempt delivered an answer or a part of it.
         *
         * @return the sum
         */
        public Duration added() {
            return totals.added();
        }

        /**
         * Returns the tokens of all attempts.
         *
         * @return the sum of prompts and answers
         */
        public long tokens() {
            return totals.spent().inputTokens() + totals.spent().outputTokens();
        }

        /**
         * Returns the tokens of attempts of which nothing was delivered.
         *
         * @return the sum of prompts and answers
         */
        public long wastedTokens() {
            return totals.wasted().inputTokens() + totals.wasted().outputTokens();
        }

        /**
         * Returns the tokens without a known price.
         *
         * @return the sum of prompts and answers
         */
        public long unpricedTokens() {
            return totals.spent().unpricedTokens();
        }

        /**
         * Returns the cost of the tokens of all attempts, in the currency of the prices.
         *
         * @return the cost of those with a known price
         */
        public double cost() {
            return totals.spent().cost();
        }

        /**
         * Returns the cost of attempts of which nothing was delivered, in the currency of the prices.
         *
         * @return the cost of those with a known price
         */
        public double wastedCost() {
            return totals.wasted().cost();
        }

        Totals totals() {
            return totals;
        }

        @Override
        public String toString() {
            return (day == null ? "" : day + " ") + understudy + " " + totals;
        }
    }

    /** Bound on agents that are counted; events of further agents are not counted. */
    static final int MAX_AGENTS = 1_000;

    private final Supplier<Scheduler> clock;
    private final Instant since;
    private final Map<String, AgentCounters> counters = new ConcurrentHashMap<>();
    private final Map<String, ActivitySeries> series = new ConcurrentHashMap<>();
    private final RecentCalls recentCalls = new RecentCalls();
    private final EventFeed eventFeed = new EventFeed();
    private volatile ActivitySeries.Cost cost = (agent, attempt) -> 0;
    private final ReportListener reportListener;
    private final Map<String, Understudy> understudies = new ConcurrentHashMap<>();
    private final List<Agents> agentGroups = new CopyOnWriteArrayList<>();

    /** Creates an empty log on the system clock. */
    public ActivityLog() {
        this(Schedulers::parallel);
    }

    ActivityLog(Supplier<Scheduler> clock) {
        this.clock = clock;
        this.since = now();
        this.reportListener = new ReportListener(this::now, this::understudy);
    }

    @Override
    public void on(Event event) {
        AgentCounters agentCounters = counters(event.understudy());
        if (agentCounters != null) {
            agentCounters.on(event, this::now);
            series(event.understudy()).on(event, now(), cost);
            recentCalls.on(event, now());
        }
        reportListener.on(event);
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

    /**
     * Takes the prices of an understudy from its providers, for the reports. Tokens that were used before are not priced.
     *
     * @param understudy an understudy
     */
    public void bind(Understudy understudy) {
        understudies.put(understudy.name(), understudy);
    }

    /** Takes the prices of all agents from their providers, also of those that replace them later. */
    void bind(Agents agents) {
        agentGroups.add(agents);
    }

    private @Nullable Understudy understudy(String name) {
        for (Agents agents : agentGroups) {
            Understudy found = agents.understudy(name);
            if (found != null) {
                return found;
            }
        }
        return understudies.get(name);
    }

    /**
     * Returns one resilience report for each day, in UTC, and understudy with calls. The last 31 days are kept.
     *
     * @return the reports, newest day first
     */
    public List<Report> reports() {
        List<Report> reports = new ArrayList<>();
        reportListener.totals().forEach((day, rows) -> new TreeMap<>(rows)
                .forEach((understudy, totals) -> reports.add(new Report(day, understudy, totals))));
        return reports;
    }

    /**
     * Returns the resilience report over all days and understudies.
     *
     * @return the sum of {@link #reports()}
     */
    public Report report() {
        return new Report(
                null, "", reports().stream().map(report -> report.totals).reduce(Totals.NONE, Totals::plus));
    }

    /**
     * Returns the resilience report of one call.
     *
     * @param servedBy route and attempt log of its answer
     * @param took time from the subscription to the end of the answer
     * @param understudy source of prices; {@code null} for none
     * @return the part of this call in the sums
     */
    public static Report reportOf(ServedBy servedBy, Duration took, @Nullable Understudy understudy) {
        return new Report(null, "", CallTotals.served(servedBy, took, Prices.of(understudy)));
    }

    EventFeed feed() {
        return eventFeed;
    }

    Instant now() {
        return Instant.ofEpochMilli(clock.get().now(TimeUnit.MILLISECONDS));
    }
}
