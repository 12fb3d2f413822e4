package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Event;
import dev.understudy.chat.Notice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operate.md tells every metric and every line, and nothing else. */
class OperatePageTest {

    /** The rows of the table below a heading, cells without back-ticks. */
    static List<List<String>> rows(String heading) throws IOException {
        Path page = Path.of(System.getProperty("understudy.root", ".."), "docs", "operate.md");
        List<String> lines = Files.readAllLines(page);
        int at = lines.indexOf("### " + heading);
        assertThat(at).as("heading '### " + heading + "'").isNotNegative();
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines.subList(at + 1, lines.size())) {
            if (line.startsWith("#")) {
                break;
            }
            if (line.startsWith("| `")) {
                rows.add(Arrays.stream(line.substring(1, line.length() - 1).split("\\|"))
                        .map(cell -> cell.replace("`", "").strip())
                        .toList());
            }
        }
        return rows;
    }

    @Test
    void everyMetricHasItsRow() throws IOException {
        List<String> told = rows("Metrics").stream()
                .map(row -> row.get(0) + " | " + row.get(1) + " | " + row.get(2))
                .toList();
        List<String> real = Arrays.stream(Instrument.values())
                .map(each -> each.title() + " | " + each.type().name().toLowerCase(Locale.ROOT) + " | "
                        + String.join(" ", each.tags()))
                .toList();
        assertThat(told).containsExactlyElementsOf(real);
    }

    @Test
    void everyKeyOfASpanHasItsRow() throws IOException {
        List<String> told = rows("Spans").stream()
                .map(row -> row.get(0) + " | " + row.get(2))
                .toList();
        List<String> real = Arrays.stream(SpanKey.values())
                .map(key -> key.title() + " | " + (key.isLow() ? "low" : "high"))
                .toList();
        assertThat(told).containsExactlyElementsOf(real);
    }

    @Test
    void everyEventHasItsRow() throws IOException {
        Set<String> told = rows("Logs").stream().map(row -> row.get(0)).collect(Collectors.toCollection(TreeSet::new));
        Set<String> real = Stream.concat(
                        Arrays.stream(Event.class.getPermittedSubclasses()),
                        Arrays.stream(Notice.class.getPermittedSubclasses()))
                .filter(type -> type != Event.ProviderNotice.class)
                .map(LoggedEvent::name)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(told).isEqualTo(real);
    }

    /** A day has them all. */
    @Test
    void levelsAndKeysAreAsThePageSays() throws IOException {
        Lines lines = new Lines();
        new Day(Logs.to(lines.logger()).quotingVendors()).play();
        Map<String, Set<String>> levels = new TreeMap<>();
        Map<String, Set<String>> keys = new TreeMap<>();
        for (String line : lines.all) {
            String event = line.replaceAll("^\\w+ event=(\\w+).*", "$1");
            levels.computeIfAbsent(event, none -> new TreeSet<>()).add(line.substring(0, line.indexOf(' ')));
            String bare = line.replaceAll("\"(\\\\.|[^\"\\\\])*\"", "");
            for (String pair : bare.split(" ")) {
                String key = pair.replaceAll("=.*", "");
                if (pair.contains("=") && !Set.of("event", "door", "call").contains(key) && !key.startsWith("tag.")) {
                    keys.computeIfAbsent(event, none -> new TreeSet<>()).add(key);
                }
            }
        }
        Map<String, Set<String>> toldLevels = new TreeMap<>();
        Map<String, Set<String>> toldKeys = new TreeMap<>();
        for (List<String> row : rows("Logs")) {
            toldLevels.put(row.get(0), new TreeSet<>(Arrays.asList(row.get(1).split(" "))));
            toldKeys.put(row.get(0), new TreeSet<>(Arrays.asList(row.get(2).split(" "))));
        }
        assertThat(toldLevels).isEqualTo(levels);
        assertThat(toldKeys).isEqualTo(keys);
    }
}
