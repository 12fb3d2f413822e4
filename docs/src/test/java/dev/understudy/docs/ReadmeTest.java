package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadmeTest {

    private final Page readme = Page.of("README.md");

    @ParameterizedTest
    @ValueSource(strings = {"Run it", "Test it"})
    void commandIsOneLine(String heading) {
        assertThat(readme.section(heading).fences())
                .singleElement()
                .satisfies(fence ->
                        assertThat(fence.lines()).singleElement().asString().startsWith("mvn "));
    }

    @Test
    void exampleHasTwelveLinesAtMost() {
        assertThat(readme.section("Use it").fences()).singleElement().satisfies(fence -> assertThat(fence.lines())
                .hasSizeBetween(1, 12));
    }

    @Test
    void introductionHasFiveLinesAtMost() {
        long lines = readme.lines().stream()
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> !line.isBlank())
                .count();
        assertThat(lines).isBetween(1L, 5L);
    }
}
