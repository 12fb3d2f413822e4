package dev.understudy.ops.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ops.event.JsonDocuments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/grafana/understudy.json asks only for metrics and labels that docs/operate.md lists. */
class GrafanaDashboardTest {

    private static final Path DOCS = Path.of(System.getProperty("understudy.root", ".."), "docs");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(understudy[a-z.]+)` \\| (timer|counter|gauge) \\| ((?:`[a-z.]+` ?)+)\\|");
    private static final Pattern METRIC = Pattern.compile("\\b(understudy_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern LABEL = Pattern.compile("\\b([a-z_]+)\\s*(?:=~|!=|=)");

    private static String read(String name) throws IOException {
        return Files.readString(DOCS.resolve(name));
    }

    /** Names as Prometheus has them, with their labels. */
    private static Map<String, Set<String>> metrics() throws IOException {
        Map<String, Set<String>> metrics = new LinkedHashMap<>();
        Matcher row = ROW.matcher(read("operate.md"));
        while (row.find()) {
            String name = row.group(1).replace('.', '_');
            Set<String> labels = Arrays.stream(row.group(3).split("[` ]+"))
                    .filter(label -> !label.isEmpty())
                    .map(label -> label.replace('.', '_'))
                    .collect(Collectors.toSet());
            switch (row.group(2)) {
                case "counter" -> metrics.put(name + "_total", labels);
                case "gauge" -> metrics.put(name, labels);
                default ->
                    List.of("count", "sum", "max").forEach(part -> metrics.put(name + "_seconds_" + part, labels));
            }
        }
        return metrics;
    }

    private static List<String> expressions(Object value) {
        List<String> found = new ArrayList<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, each) -> {
                if (key.equals("expr")) {
                    found.add((String) each);
                }
                found.addAll(expressions(each));
            });
        } else if (value instanceof List<?> list) {
            list.forEach(each -> found.addAll(expressions(each)));
        }
        return found;
    }

    @Test
    void everyMetricAndLabelExists() throws IOException {
        Map<String, Set<String>> metrics = metrics();
        assertThat(metrics).hasSizeGreaterThan(25);
        Set<String> used = new TreeSet<>();
        for (String expression :
                expressions(JsonDocuments.object(Files.readAllBytes(DOCS.resolve("grafana/understudy.json"))))) {
            Set<String> labels = new TreeSet<>();
            Set<String> known = new TreeSet<>();
            Matcher metric = METRIC.matcher(expression);
            while (metric.find()) {
                assertThat(metrics).as(expression).containsKey(metric.group(1));
                used.add(metric.group(1));
                known.addAll(metrics.get(metric.group(1)));
                if (metric.group(2) != null) {
                    LABEL.matcher(metric.group(2)).results().forEach(label -> labels.add(label.group(1)));
                }
            }
            GROUPING.matcher(expression)
                    .results()
                    .forEach(group -> labels.addAll(List.of(group.group(1).split(", "))));
            assertThat(known).as(expression).containsAll(labels);
        }
        assertThat(used).hasSizeGreaterThan(20);
    }

    @Test
    void panelsHaveDescriptionsAndTheirOwnPlaces() throws IOException {
        Map<String, Object> dashboard =
                JsonDocuments.object(Files.readAllBytes(DOCS.resolve("grafana/understudy.json")));
        List<?> panels = (List<?>) dashboard.get("panels");
        assertThat(panels).hasSizeGreaterThan(15).allSatisfy(panel -> assertThat(
                        (String) ((Map<?, ?>) panel).get("description"))
                .isNotBlank());
        assertThat(panels.stream()
                        .map(panel -> ((Map<?, ?>) panel).get("gridPos"))
                        .toList())
                .doesNotHaveDuplicates();
    }
}
