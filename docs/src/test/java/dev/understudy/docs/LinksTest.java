package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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
    void leadsSomewhere(Link link) {
        String[] parts = link.target.split("#", 2);
        Path from = link.page.path();
        Path to = parts[0].isEmpty() ? from : from.resolveSibling(parts[0]).normalize();
        assertThat(to).exists().startsWith(Page.ROOT);
        if (parts.length > 1) {
            List<String> anchors = Page.of(Page.ROOT.relativize(to).toString()).headings().stream()
                    .map(LinksTest::anchor)
                    .toList();
            assertThat(anchors).contains(parts[1]);
        }
    }

    @Test
    void thereAreLinks() {
        assertThat(relativeLinks()).isNotEmpty();
    }

    @Test
    void everyPageOfDocsIsReachedFromTheReadme() {
        List<String> reached = relativeLinks()
                .filter(link -> link.page.toString().equals("README.md"))
                .map(Link::target)
                .toList();
        assertThat(Page.all().map(Page::toString).filter(name -> name.startsWith("docs/")))
                .allSatisfy(page -> assertThat(reached).contains(page));
    }

    /** As GitHub makes them. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }
}
