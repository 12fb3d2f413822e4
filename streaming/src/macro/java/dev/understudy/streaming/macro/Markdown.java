package dev.understudy.streaming.macro;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Tables in Markdown. A figure is the median of the rounds, and a ratio has the range of eight in ten of them. */
final class Markdown {

    private final Table table;
    private final Map<String, Function<String, String>> columns = new LinkedHashMap<>();

    private Markdown(Table table) {
        this.table = table;
    }

    /** @param withoutFaults what times to the first word of failing vendors are compared with, null for nothing */
    static String of(Table table, @Nullable Table withoutFaults) {
        Markdown markdown = new Markdown(table);
        markdown.cost();
        Job.Kind kind = table.scenario().job().kind();
        if (kind == Job.Kind.SLOW) {
            markdown.memory();
        } else {
            markdown.column(kind == Job.Kind.CALLS ? "calls a second" : "streams a second", "%,.0f", Sample::perSecond);
        }
        if (table.scenario().isFailing()) {
            markdown.failover(withoutFaults);
        } else {
            markdown.millis("first, p50", Sample::first50);
            markdown.millis("p99", Sample::first99);
            markdown.millis("whole, p50", Sample::whole50);
            markdown.millis("whole, p99", Sample::whole99);
        }
        markdown.column("errors", "%.0f", Sample::errors);
        return markdown.text();
    }

    private void cost() {
        column("CPU", "%,.2f µs", sample -> sample.cpuPerUnit() / 1e3);
        columns.put("ratio (8 of 10 rounds)", name -> {
            double[] ratios = table.ratios(name);
            return format("%.2f (%.2f to %.2f)", Table.at(ratios, 0.5), Table.at(ratios, 0.1), Table.at(ratios, 0.9));
        });
        column("allocated", "%,.0f B", Sample::bytesPerUnit);
    }

    private void memory() {
        column("heap a stream", "%,.1f KiB", sample -> sample.heapPerOperation() / 1024);
        column("resident a stream", "%,.1f KiB", sample -> sample.residentPerOperation() / 1024);
        column("threads", "%,.0f", Sample::threads);
    }

    private void failover(@Nullable Table withoutFaults) {
        columns.put(
                "requests a stream", name -> format("%.2f", table.medianOfRuns(name, Table.Run::requestsPerOperation)));
        millis("first, p50", Sample::first50);
        millis("first, p99", Sample::first99);
        millis("first, longest", Sample::firstMost);
        if (withoutFaults != null && withoutFaults != table) {
            added(withoutFaults, "added, p50", Sample::first50);
            added(withoutFaults, "added, p99", Sample::first99);
            added(withoutFaults, "added, longest", Sample::firstMost);
        }
    }

    private void added(Table withoutFaults, String title, ToDoubleFunction<Sample> nanos) {
        columns.put(
                title,
                name -> format("%+,.1f ms", (table.median(name, nanos) - withoutFaults.median(name, nanos)) / 1e6));
    }

    private void millis(String title, ToDoubleFunction<Sample> nanos) {
        column(title, "%,.2f ms", sample -> nanos.applyAsDouble(sample) / 1e6);
    }

    private void column(String title, String format, ToDoubleFunction<Sample> value) {
        columns.put(title, name -> format(format, table.median(name, value)));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private String text() {
        StringBuilder text = new StringBuilder("\n### " + table.scenario().name() + "\n\n| client | ")
                .append(String.join(" | ", columns.keySet()))
                .append(" |\n|---|")
                .append(String.join("", Collections.nCopies(columns.size(), "---|")))
                .append('\n');
        for (String name : table.runs().keySet()) {
            text.append("| ").append(name);
            columns.values().forEach(value -> text.append(" | ").append(value.apply(name)));
            text.append(" |\n");
        }
        return text.toString();
    }
}
