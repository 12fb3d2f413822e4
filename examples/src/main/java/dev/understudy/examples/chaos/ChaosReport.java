package dev.understudy.examples.chaos;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
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
        List<FaultScenario> faults,
        int rounds) {

    /** Prints the figures and every unmet expectation. Returns 0 if all are met. */
    int print(PrintStream out) {
        int attempts = chaosSetup.recorders().stream()
                .mapToInt(RecordingProvider::attempts)
                .sum();
        double failovers = sum("understudy.failover", "from", "primary");
        double takeovers = sum("understudy.takeover", "from", "primary");
        out.printf(
                "%d faults, %d calls: %d right, %d wrong, %d failed%n",
                rounds * faults.size(),
                callResults.calls(),
                callResults.right(),
                callResults.wrong(),
                callResults.failed());
        out.printf(
                "served by the primary %d, by the backup %d; %d attempts, %.0f failovers, %.0f takeovers, %d log lines"
                        + " of them%n",
                callResults.servedBy("primary"),
                callResults.servedBy("backup"),
                attempts,
                failovers,
                takeovers,
                capturedLog.count("event=failed_over") + capturedLog.count("event=stream_taken_over"));
        for (FaultScenario faultScenario : FaultScenario.values()) {
            out.printf(
                    "  %-18s %s%n",
                    faultScenario,
                    faultScenario.kind() == null ? "" : faultScenario.kind().label() + " " + seen(faultScenario));
        }
        List<String> unmet = unmet(failovers, takeovers);
        unmet.forEach(what -> out.println("FAILED: " + what));
        if (callResults.firstFailure() != null) {
            out.println("The first failure: " + callResults.firstFailure());
        }
        out.println(unmet.isEmpty() ? "Every expectation is met." : "Expectations are not met.");
        return unmet.isEmpty() ? 0 : 1;
    }

    private List<String> unmet(double failovers, double takeovers) {
        List<String> unmet = new ArrayList<>();
        expect(
                unmet,
                callResults.calls() > 0 && callResults.right() == callResults.calls(),
                "every call got its own right answer");
        expect(unmet, callResults.wrong() == 0 && callResults.failed() == 0, "no call failed or got a wrong answer");
        int incomplete = chaosSetup.recorders().stream()
                .mapToInt(RecordingProvider::incomplete)
                .sum();
        expect(unmet, incomplete == 0, "every attempt had the caller's question, Context and tags: " + incomplete);
        expect(
                unmet,
                chaosSetup.damaged() == 0,
                "every request on the wire had the whole question: " + chaosSetup.damaged());
        expect(unmet, callResults.untagged() == 0, "every event had the caller's tags: " + callResults.untagged());
        expect(unmet, callResults.servedBy("backup") > 0, "the backup has served");
        expect(
                unmet,
                failovers + takeovers >= rounds * faults.size(),
                "the metrics count a failover or takeover for each fault: " + failovers);
        boolean cuts = faults.stream().anyMatch(FaultScenario::isInTheMiddle);
        expect(unmet, takeovers > 0 || !cuts, "the metrics count takeovers of begun streams");
        expect(
                unmet,
                capturedLog.count("event=failed_over") + capturedLog.count("event=stream_taken_over")
                        >= (long) rounds * faults.size(),
                "the log has a line for each");
        expect(
                unmet,
                capturedLog.names("event=failed_over", "from=primary", "to=backup"),
                "the log names both providers");
        for (FaultScenario faultScenario : faults) {
            expect(unmet, seen(faultScenario) > 0, "the metrics count " + faultScenario);
        }
        expect(unmet, callResults.lastServedBy().equals("primary"), "the primary serves again in the end");
        return unmet;
    }

    private static void expect(List<String> unmet, boolean met, String what) {
        if (!met) {
            unmet.add(what);
        }
    }

    /** Counts attempts at the primary that failed as this fault makes them fail. */
    double seen(FaultScenario faultScenario) {
        return sum("understudy.attempts", "provider", "primary", "kind", kind(faultScenario));
    }

    private static String kind(FaultScenario faultScenario) {
        return faultScenario.kind() == null ? "" : faultScenario.kind().label();
    }

    private double sum(String name, String... tags) {
        Search search = registry.find(name);
        for (int i = 0; i < tags.length; i += 2) {
            search = search.tag(tags[i], tags[i + 1]);
        }
        return search.counters().stream().mapToDouble(Counter::count).sum();
    }
}
