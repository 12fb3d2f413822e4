package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the picture and the tables of docs/architecture.md with the packages of the modules. */
class ArchitecturePageTest {

    private static final List<String> MODULES = List.of("core", "streaming", "integrations/ops");
    private static final Pattern NODE = Pattern.compile("\\b(\\w+) \\[([^\\]]*)]|\\b(\\w+);");
    private static final Pattern LABEL = Pattern.compile("label=\"([^\"]*)\"");
    private static final Pattern EXPORT = Pattern.compile("(?m)^\\s*exports\\s+([\\w.]+)\\s*;");
    private static final String GREY = "#e3e8ed";

    @Test
    void pictureShowsEveryPackageAndItsVisibility() throws IOException {
        assertThat(drawn()).isEqualTo(packages());
    }

    @ParameterizedTest
    @ValueSource(strings = {"modules", "call"})
    void pictureHasTheTextsOfItsSource(String picture) throws IOException {
        String svg = Files.readString(Page.ROOT.resolve("docs/images/" + picture + ".svg"))
                .replace("&#45;", "-")
                .replace("&#160;", " ");
        List<String> texts = LABEL.matcher(Files.readString(Page.ROOT.resolve("docs/images/" + picture + ".dot")))
                .results()
                .flatMap(label -> Stream.of(label.group(1).split("\\\\n")))
                .map(String::strip)
                .toList();
        assertThat(texts).isNotEmpty().allMatch(svg::contains);
    }

    @Test
    void tablesListEveryPackage() throws IOException {
        String page = String.join("\n", Page.of("docs/architecture.md").lines());
        assertThat(packages().keySet())
                .filteredOn(name -> !name.matches("provider\\.(bedrock|cohere|gemini|ollama|openai)"))
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    /** Returns the packages of the picture, with true for those that are exported. */
    private static Map<String, Boolean> drawn() throws IOException {
        Map<String, Boolean> drawn = new TreeMap<>();
        Matcher nodes = NODE.matcher(Files.readString(Page.ROOT.resolve("docs/images/modules.dot"))
                .replaceAll("(?m)^\\s*(//|graph|node|edge|rankdir).*$", "")
                .replaceAll("(?m)\\b(label|style|color)=(\"[^\"]*\");", "")
                .replaceAll("(?m)^.*->.*$", ""));
        while (nodes.find()) {
            String attributes = nodes.group(2) == null ? "" : nodes.group(2);
            Matcher label = LABEL.matcher(attributes);
            String names = label.find() ? label.group(1) : nodes.group(nodes.group(1) == null ? 3 : 1);
            String parent = names.startsWith("provider.") ? "provider." : "";
            for (String name : names.split(", |,\\\\n")) {
                drawn.put(name.startsWith(parent) ? name : parent + name, !attributes.contains(GREY));
            }
        }
        return drawn;
    }

    private static Map<String, Boolean> packages() throws IOException {
        Map<String, Boolean> packages = new TreeMap<>();
        for (String module : MODULES) {
            Path sources = Page.ROOT.resolve(module).resolve("src/main/java");
            String descriptor = Files.readString(sources.resolve("module-info.java"));
            List<String> exported = EXPORT.matcher(descriptor)
                    .results()
                    .map(match -> match.group(1))
                    .toList();
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !file.endsWith("package-info.java") && !file.endsWith("module-info.java"))
                        .map(file ->
                                sources.relativize(file.getParent()).toString().replace('/', '.'))
                        .forEach(name ->
                                packages.put(name.replaceFirst("^dev\\.understudy\\.", ""), exported.contains(name)));
            }
        }
        return new LinkedHashMap<>(packages);
    }
}
