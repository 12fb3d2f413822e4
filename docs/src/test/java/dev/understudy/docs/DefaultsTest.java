package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares docs/defaults.md and the limits in docs/providers.md with the code. */
class DefaultsTest {

    private static final Page PAGE = Page.of("docs/defaults.md");
    private static final String FIXED = "Fixed";

    static Stream<String> sections() {
        return Stream.concat(Defaults.sections(), headings().filter(heading -> !heading.equals(FIXED)))
                .distinct();
    }

    private static Stream<String> headings() {
        return PAGE.lines().stream().filter(line -> line.startsWith("## ")).map(line -> line.substring(3));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sections")
    void pageHasEveryDefault(String section) {
        Map<String, String> documented = new LinkedHashMap<>();
        PAGE.section(section).rows().forEach(row -> documented.put(bare(row.get(0)), value(row.get(1))));
        Map<String, String> real = Defaults.of(section);
        assertThat(documented)
                .as("Section '## %s' of docs/defaults.md should have these rows:%n%s", section, rows(real))
                .isEqualTo(real);
    }

    static Stream<List<String>> fixed() {
        return Stream.concat(PAGE.section(FIXED).rows().stream(), limits());
    }

    private static Stream<List<String>> limits() {
        return Page.of("docs/providers.md").section("Limits on what a server may send").rows().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixed")
    void fixedValueIsThatOfTheConstant(List<String> row) {
        Object real = Defaults.constant(bare(row.get(2)));
        if (real instanceof Duration) {
            assertThat(row.get(1)).isEqualTo(Defaults.text(real));
        } else {
            assertThat(number(row.get(1))).isEqualTo(((Number) real).longValue());
        }
    }

    @Test
    void tablesHaveRows() {
        assertThat(sections()).contains("RetryPolicy", "TimeoutPolicy", "Transport", Defaults.BUILDER);
        assertThat(fixed()).isNotEmpty();
        assertThat(limits()).isNotEmpty();
    }

    private static String bare(String cell) {
        return cell.replace("`", "");
    }

    /** Returns the value of a cell without the remark in parentheses behind it. */
    private static String value(String cell) {
        return cell.replaceFirst(" \\(.*\\)$", "");
    }

    private static long number(String cell) {
        String[] parts = cell.replace(",", "").split(" ");
        long unit = parts.length == 1
                ? 1
                : switch (parts[1]) {
                    case "KiB" -> 1 << 10;
                    case "MiB" -> 1 << 20;
                    default -> throw new IllegalArgumentException("Unknown unit: " + parts[1]);
                };
        return Long.parseLong(parts[0]) * unit;
    }

    private static String rows(Map<String, String> values) {
        return values.entrySet().stream()
                .map(one -> "| `" + one.getKey() + "` | " + one.getValue() + " | … |")
                .collect(Collectors.joining("\n"));
    }
}
