package dev.understudy.examples.chaos;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Whether the day went as it must. */
record ChaosReport(
        ChaosSetup chaosSetup,
        CallResults callResults,
        MeterRegistry registry,
        CapturedLog capturedLog,
        List<FaultScenario> storms,
        int rounds) {

    /** Prints the figures, and what is not as it must be. 0 if all is. */
    int tell(PrintStream out) {
        int attempts = chaosSetup.witnesses().stream()
                .mapToInt(RecordingProvider::attempts)
                .sum();
        double failovers = sum("understudy.failover", "from", "primary");
        double takeovers = sum("understudy.takeover", "from", "primary");
        out.printf(
                "%d storms, %d calls: %d right, %d wrong, %d failed%n",
                rounds * storms.size(),
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
        unmet.forEach(what -> out.println("NOT SO: " + what));
        if (callResults.firstFailure() != null) {
            out.println("The first failure: " + callResults.firstFailure());
        }
        out.println(unmet.isEmpty() ? "Nobody noticed." : "The day has failed.");
        return unmet.isEmpty() ? 0 : 1;
    }

    private List<String> unmet(double failovers, double takeovers) {
        List<String> unmet = new ArrayList<>();
        must(
                unmet,
                callResults.calls() > 0 && callResults.right() == callResults.calls(),
                "every call got its own right answer");
        must(unmet, callResults.wrong() == 0 && callResults.failed() == 0, "no call failed or got a wrong answer");
        int strange = chaosSetup.witnesses().stream()
                .mapToInt(RecordingProvider::strange)
                .sum();
        must(unmet, strange == 0, "every attempt had the caller's question, Context and tags: " + strange);
        must(
                unmet,
                chaosSetup.spoiled() == 0,
                "every request on the wire had the whole question: " + chaosSetup.spoiled());
        must(unmet, callResults.untagged() == 0, "every event had the caller's tags: " + callResults.untagged());
        must(unmet, callResults.servedBy("backup") > 0, "the backup has served");
        must(
                unmet,
                failovers + takeovers >= rounds * storms.size(),
                "the metrics tell of a failover or takeover in each storm: " + failovers);
        boolean cuts = storms.stream().anyMatch(FaultScenario::isInTheMiddle);
        must(unmet, takeovers > 0 || !cuts, "the metrics tell of takeovers in the middle of answers");
        must(
                unmet,
                capturedLog.count("event=failed_over") + capturedLog.count("event=stream_taken_over") >= rounds * storms.size(),
                "so does the log");
        must(unmet, capturedLog.names("event=failed_over", "from=primary", "to=backup"), "the log names both");
        for (FaultScenario faultScenario : storms) {
            must(unmet, seen(faultScenario) > 0, "the metrics tell of " + faultScenario);
        }
        must(unmet, callResults.lastServedBy().equals("primary"), "the primary serves again in the end");
        return unmet;
    }

    private static void must(List<String> unmet, boolean so, String what) {
        if (!so) {
            unmet.add(what);
        }
    }

    /** Attempts at the primary that ended as this weather ends them. */
    private double seen(FaultScenario faultScenario) {
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
