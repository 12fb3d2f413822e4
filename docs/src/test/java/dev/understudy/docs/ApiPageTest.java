package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares the types that docs/api.md describes with those that docs/api.txt pins. */
class ApiPageTest {

    private static final Path DOCS = Path.of(System.getProperty("understudy.root"), "docs");
    private static final Pattern PACKAGE = Pattern.compile("## `([\\w.]+)`");
    private static final Pattern LINE = Pattern.compile("\\| `(\\w+)` \\| \\S.* \\|");
    private static final Pattern PINNED =
            Pattern.compile("(?:sealed )?(?:class|interface|record|enum) ([\\w.]+)(?:<.*>)?");

    @Test
    void everyPublicTypeHasOneLine() throws IOException {
        assertThat(described()).isNotEmpty().containsExactlyInAnyOrderElementsOf(pinned());
    }

    private static List<String> described() throws IOException {
        List<String> types = new ArrayList<>();
        String packageName = "";
        for (String line : Files.readAllLines(DOCS.resolve("api.md"))) {
            Matcher heading = PACKAGE.matcher(line);
            Matcher type = LINE.matcher(line);
            if (heading.matches()) {
                packageName = heading.group(1);
            } else if (type.matches()) {
                types.add(packageName + "." + type.group(1));
            }
        }
        return types;
    }

    private static List<String> pinned() throws IOException {
        List<String> types = new ArrayList<>();
        for (String line : Files.readAllLines(DOCS.resolve("api.txt"))) {
            Matcher type = PINNED.matcher(line);
            if (type.matches()) {
                types.add(type.group(1));
            }
        }
        return types;
    }
}
