package dev.understudy.examples.chaos;

import dev.understudy.ops.admin.ActivityLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.Search;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Checks the results of a run. */
record ChaosReport(
        ChaosSetup chaosSetup,
        CallResults callResults,
        MeterRegistry registry,
        CapturedLog capturedLog,
        ActivityLog activityLog,
        ChaosOptions options) {

    /** The expectations that are not met, in the order of their check. */
    private static final class Unmet {
        private final List<String> lines = new ArrayList<>();

        void expect(boolean met, String what) {
            if (!met) {
                lines.add(what);
            }
        }

        void equal(long count, long expected, String what) {
            expect(count == expected, what + ": " + count + " of " + expected);
        }

        void atLeast(long count, long least, String what) {
            expect(count >= least, what + ": " + count + " of " + least);
        }
    }

    /**
     * Prints the figures and every unmet expectation. Returns 0 if all are met.
     *
     * @param inTime {@code true} if all calls have ended
     */
    int print(PrintStream out, boolean inTime) {
        out.printf(
                "%d faults, %d calls: %d right, %d wrong, %d failed%n",
                options.rounds() * options.faults().size(),
                callResults.calls(),
                callResults.right(),
                callResults.wrong(),
                callResults.failed());
        out.printf(
                "served by the primary %d, by the backup %d; %d attempts%n",
                callResults.servedBy("primary"), callResults.servedBy("backup"), attempts());
        out.printf(
                "failovers: %d in the answers, %d in the metrics, %d in the log%n",
                callResults.failedOver(), failovers(), capturedLog.count("event=failed_over"));
        out.printf(
                "takeovers: %d in the answers, %d in the metrics, %d in the log%n",
                callResults.takenOver(), takeovers(), capturedLog.count("event=stream_taken_over"));
        ActivityLog.Report saved = activityLog.report();
        out.printf(
                "saved by a retry %d, by failover %d, by a takeover %d; %d ms were added, %d ms a call%n",
                saved.savedByRetry(),
                saved.savedByFailover(),
                saved.savedByTakeover(),
                saved.added().toMillis(),
                saved.added().toMillis() / Math.max(1, saved.calls()));
        for (FaultScenario fault : options.faults()) {
            out.printf("  %-18s %s %d%n", fault, kind(fault), seen(fault));
        }
        Unmet unmet = new Unmet();
        calls(unmet, inTime);
        requests(unmet);
        signals(unmet);
        observations(unmet);
        unmet.lines.forEach(what -> out.println("FAILED: " + what));
        if (callResults.firstFailure() != null) {
            out.println("The first failure: " + callResults.firstFailure());
        }
        out.println(unmet.lines.isEmpty() ? "Every expectation is met." : "Expectations are not met.");
        return unmet.lines.isEmpty() ? 0 : 1;
    }

    private void calls(Unmet unmet, boolean inTime) {
        unmet.expect(inTime, "every call ended within its limit");
        unmet.expect(
                callResults.calls() > 0 && callResults.right() == callResults.calls(),
                "every call got its own right answer");
        unmet.expect(callResults.wrong() == 0 && callResults.failed() == 0, "no call failed or got a wrong answer");
        unmet.expect(callResults.servedBy("backup") > 0, "the backup has served");
        unmet.expect(callResults.lastServedBy().equals("primary"), "the primary serves again in the end");
    }

    private void requests(Unmet unmet) {
        long incomplete = chaosSetup.recorders().stream()
                .mapToLong(RecordingProvider::incomplete)
                .sum();
        unmet.equal(incomplete, 0, "attempts with another request, Context or tag than the caller's");
        unmet.equal(chaosSetup.damaged(), 0, "requests on the wire with another content than the caller's");
        unmet.equal(callResults.untagged(), 0, "events without the caller's tags");
    }

    /** Compares metrics and log with the attempt logs of the answers. */
    private void signals(Unmet unmet) {
        long inTheMiddle = (long) options.rounds()
                * options.faults().stream().filter(FaultScenario::isInTheMiddle).count();
        long before = (long) options.rounds() * options.faults().size() - inTheMiddle;
        unmet.atLeast(callResults.failedOver(), before, "a failover for each fault before the first content");
        unmet.atLeast(callResults.takenOver(), inTheMiddle, "a takeover for each fault in the middle");
        unmet.atLeast(failovers(), callResults.failedOver(), "the metrics count every failover");
        unmet.atLeast(takeovers(), callResults.takenOver(), "the metrics count every takeover");
        unmet.atLeast(capturedLog.count("event=failed_over"), before, "the log has a line for each failover");
        unmet.atLeast(
                capturedLog.count("event=stream_taken_over"),
                callResults.takenOver(),
                "the log has a line for each takeover");
        unmet.expect(
                before == 0 || capturedLog.names("event=failed_over", "from=primary", "to=backup"),
                "the log names both providers");
        ActivityLog.Report saved = activityLog.report();
        unmet.equal(saved.savedByFailover(), callResults.failedOver(), "the resilience report counts every failover");
        unmet.equal(saved.savedByTakeover(), callResults.takenOver(), "the resilience report counts every takeover");
        for (FaultScenario fault : options.faults()) {
            unmet.expect(seen(fault) > 0, "the metrics count " + fault);
        }
    }

    /** Each observation of a call or an attempt has ended, and none was counted twice. */
    private void observations(Unmet unmet) {
        unmet.equal(active("understudy.request.active"), 0, "calls whose observation did not end");
        unmet.equal(active("understudy.attempt.active"), 0, "attempts whose observation did not end");
        unmet.equal(timed("understudy.request"), callResults.calls(), "observations of calls");
        unmet.equal(timed("understudy.attempt"), attempts(), "observations of attempts");
        double inFlight = registry.find("understudy.in.flight").gauges().stream()
                .mapToDouble(Gauge::value)
                .sum();
        unmet.equal((long) inFlight, 0, "attempts in flight at the end");
    }

    private long attempts() {
        return chaosSetup.recorders().stream()
                .mapToLong(RecordingProvider::attempts)
                .sum();
    }

    private long failovers() {
        return sum("understudy.failover", "from", "primary");
    }

    private long takeovers() {
        return sum("understudy.takeover", "from", "primary");
    }

    /** Counts attempts at the primary that failed as this fault makes them fail. */
    long seen(FaultScenario fault) {
        return sum("understudy.attempts", "provider", "primary", "kind", kind(fault));
    }

    private static String kind(FaultScenario fault) {
        return fault.kind() == null ? "" : fault.kind().label();
    }

    private long active(String name) {
        return registry.find(name).longTaskTimers().stream()
                .mapToLong(LongTaskTimer::activeTasks)
                .sum();
    }

    private long timed(String name) {
        return registry.find(name).timers().stream().mapToLong(Timer::count).sum();
    }

    private long sum(String name, String... tags) {
        Search search = registry.find(name);
        for (int i = 0; i < tags.length; i += 2) {
            search = search.tag(tags[i], tags[i + 1]);
        }
        return (long) search.counters().stream().mapToDouble(Counter::count).sum();
    }
}
