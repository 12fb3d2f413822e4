package dev.understudy.ops.admin;

import dev.understudy.ops.event.Totals;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Route of the resilience report. */
final class ReportRoute {

    private final ActivityLog activityLog;

    ReportRoute(ActivityLog activityLog) {
        this.activityLog = activityLog;
    }

    AdminRoute route() {
        return AdminRoute.get("/api/report", request -> Mono.just(new AdminRoute.Document(body())));
    }

    private Map<String, @Nullable Object> body() {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("total", totals(activityLog.report().totals()));
        body.put("days", activityLog.reports().stream().map(ReportRoute::row).toList());
        return body;
    }

    private static Map<String, @Nullable Object> row(ActivityLog.Report report) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("day", String.valueOf(report.day()));
        view.put("agent_id", report.understudy());
        view.putAll(totals(report.totals()));
        return view;
    }

    private static Map<String, @Nullable Object> totals(Totals totals) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("calls", totals.calls());
        view.put("served", totals.served());
        view.put(
                "saved_by",
                Map.of(
                        "retry", totals.saved().retry(),
                        "failover", totals.saved().failover(),
                        "hedge", totals.saved().hedge(),
                        "takeover", totals.saved().takeover()));
        view.put("added_seconds", totals.added().toNanos() / 1e9);
        view.put("spent", spending(totals.spent()));
        view.put("wasted", spending(totals.wasted()));
        return view;
    }

    private static Map<String, Object> spending(Totals.Spending spending) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("input_tokens", spending.inputTokens());
        view.put("output_tokens", spending.outputTokens());
        view.put("cost", spending.cost());
        view.put("unpriced_tokens", spending.unpricedTokens());
        return view;
    }
}
