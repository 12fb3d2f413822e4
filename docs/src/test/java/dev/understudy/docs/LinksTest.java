package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

    record Link(Page page, String target) {
        @Override
        public String toString() {
            return page + " -> " + target;
        }
    }

    static Stream<Link> relativeLinks() {
        return Page.all().flatMap(page -> page.lines().stream()
                .flatMap(line -> LINK.matcher(line).results())
                .map((MatchResult found) -> found.group(1))
                .filter(target -> !target.matches("[a-z]+:.*"))
                .map(target -> new Link(page, target)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("relativeLinks")
    void linkTargetExists(Link link) {
        String[] parts = link.target.split("#", 2);
        Path from = link.page.path();
        Path to = parts[0].isEmpty() ? from : resolved(link);
        assertThat(to).exists().startsWith(Page.ROOT);
        if (parts.length > 1) {
            List<String> anchors = Page.of(Page.ROOT.relativize(to).toString()).headings().stream()
                    .map(LinksTest::anchor)
                    .toList();
            assertThat(anchors).contains(parts[1]);
        }
    }

    @Test
    void pagesHaveLinks() {
        assertThat(relativeLinks()).isNotEmpty();
    }

    @Test
    void everyPageIsReachedFromTheReadme() {
        Map<Path, List<Path>> targets = relativeLinks()
                .filter(link -> !link.target.startsWith("#"))
                .collect(Collectors.groupingBy(
                        link -> link.page.path(), Collectors.mapping(LinksTest::resolved, Collectors.toList())));
        Set<Path> reached = new HashSet<>();
        Deque<Path> open = new ArrayDeque<>(List.of(Page.of("README.md").path()));
        while (!open.isEmpty()) {
            Path page = open.pop();
            if (reached.add(page)) {
                open.addAll(targets.getOrDefault(page, List.of()));
            }
        }
        assertThat(Page.all().map(Page::path).filter(path -> !path.endsWith("pull_request_template.md")))
                .allSatisfy(page -> assertThat(reached).contains(page));
    }

    private static Path resolved(Link link) {
        return link.page.path().resolveSibling(link.target.split("#", 2)[0]).normalize();
    }

    /** Returns the anchor that GitHub makes of a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }
}
