package dev.understudy.examples;

import dev.understudy.ops.admin.ActivityLog;
import java.util.List;
import java.util.Locale;

/** A resilience report as a table. */
final class ReportTable {

    private ReportTable() {}

    static List<String> of(ActivityLog.Report report) {
        return List.of(
                row("calls", "served", "retry", "failover", "hedge", "takeover", "added", "tokens", "wasted"),
                "-".repeat(86),
                row(
                        Long.toString(report.calls()),
                        Long.toString(report.served()),
                        Long.toString(report.savedByRetry()),
                        Long.toString(report.savedByFailover()),
                        Long.toString(report.savedByHedge()),
                        Long.toString(report.savedByTakeover()),
                        report.added().toMillis() + " ms",
                        Long.toString(report.tokens()),
                        Long.toString(report.wastedTokens())));
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%6s %7s %7s %9s %6s %9s %12s %10s %10s", cells);
    }
}
