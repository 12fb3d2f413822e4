package dev.understudy.examples.chaos;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Whether the day went as it must. */
record Verdict(Field field, Ledger ledger, MeterRegistry registry, Lines lines, List<Weather> storms, int rounds) {

    /** Prints the figures, and what is not as it must be. 0 if all is. */
    int tell(PrintStream out) {
        int attempts = field.witnesses().stream().mapToInt(Witness::attempts).sum();
        double failovers = sum("understudy.failover", "from", "primary");
        double takeovers = sum("understudy.takeover", "from", "primary");
        out.printf(
                "%d storms, %d calls: %d right, %d wrong, %d failed%n",
                rounds * storms.size(), ledger.calls(), ledger.right(), ledger.wrong(), ledger.failed());
        out.printf(
                "served by the primary %d, by the backup %d; %d attempts, %.0f failovers, %.0f takeovers, %d log lines"
                        + " of them%n",
                ledger.servedBy("primary"),
                ledger.servedBy("backup"),
                attempts,
                failovers,
                takeovers,
                lines.count("event=failed_over") + lines.count("event=took_over"));
        for (Weather weather : Weather.values()) {
            out.printf(
                    "  %-18s %s%n",
                    weather, weather.kind() == null ? "" : weather.kind().label() + " " + seen(weather));
        }
        List<String> unmet = unmet(failovers, takeovers);
        unmet.forEach(what -> out.println("NOT SO: " + what));
        if (ledger.firstFailure() != null) {
            out.println("The first failure: " + ledger.firstFailure());
        }
        out.println(unmet.isEmpty() ? "Nobody noticed." : "The day has failed.");
        return unmet.isEmpty() ? 0 : 1;
    }

    private List<String> unmet(double failovers, double takeovers) {
        List<String> unmet = new ArrayList<>();
        must(unmet, ledger.calls() > 0 && ledger.right() == ledger.calls(), "every call got its own right answer");
        must(unmet, ledger.wrong() == 0 && ledger.failed() == 0, "no call failed or got a wrong answer");
        int strange = field.witnesses().stream().mapToInt(Witness::strange).sum();
        must(unmet, strange == 0, "every attempt had the caller's question, Context and tags: " + strange);
        must(unmet, field.spoiled() == 0, "every request on the wire had the whole question: " + field.spoiled());
        must(unmet, ledger.untagged() == 0, "every event had the caller's tags: " + ledger.untagged());
        must(unmet, ledger.servedBy("backup") > 0, "the backup has served");
        must(
                unmet,
                failovers + takeovers >= rounds * storms.size(),
                "the metrics tell of a failover or takeover in each storm: " + failovers);
        boolean cuts = storms.stream().anyMatch(Weather::isInTheMiddle);
        must(unmet, takeovers > 0 || !cuts, "the metrics tell of takeovers in the middle of answers");
        must(
                unmet,
                lines.count("event=failed_over") + lines.count("event=took_over") >= rounds * storms.size(),
                "so does the log");
        must(unmet, lines.names("event=failed_over", "from=primary", "to=backup"), "the log names both");
        for (Weather weather : storms) {
            must(unmet, seen(weather) > 0, "the metrics tell of " + weather);
        }
        must(unmet, ledger.lastServedBy().equals("primary"), "the primary serves again in the end");
        return unmet;
    }

    private static void must(List<String> unmet, boolean so, String what) {
        if (!so) {
            unmet.add(what);
        }
    }

    /** Attempts at the primary that ended as this weather ends them. */
    private double seen(Weather weather) {
        return sum("understudy.attempts", "provider", "primary", "kind", kind(weather));
    }

    private static String kind(Weather weather) {
        return weather.kind() == null ? "" : weather.kind().label();
    }

    private double sum(String name, String... tags) {
        Search search = registry.find(name);
        for (int i = 0; i < tags.length; i += 2) {
            search = search.tag(tags[i], tags[i + 1]);
        }
        return search.counters().stream().mapToDouble(Counter::count).sum();
    }
}
