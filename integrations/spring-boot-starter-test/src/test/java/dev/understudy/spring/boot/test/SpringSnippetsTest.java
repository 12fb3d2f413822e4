package dev.understudy.spring.boot.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compiles the snippets of the pages that show classes of Spring, which the module of the pages does not have. */
class SpringSnippetsTest {

    private static final Path ROOT = Path.of(System.getProperty("understudy.root"));

    private static final Pattern SNIPPET =
            Pattern.compile("```java no-compile: shows [^\\n]*Spring[^\\n]*\\n(.*?)```", Pattern.DOTALL);

    /** Imports of snippets that show none. */
    private static final List<String> IMPORTS = List.of(
            "dev.understudy.chat.*",
            "dev.understudy.spring.boot.*",
            "dev.understudy.spring.boot.test.*",
            "dev.understudy.spring.web.*",
            "dev.understudy.streaming.kept.*",
            "dev.understudy.testing.*",
            "java.time.*",
            "java.util.*",
            "org.junit.jupiter.api.Test",
            "org.springframework.beans.factory.annotation.*",
            "org.springframework.boot.test.context.*",
            "org.springframework.http.*",
            "org.springframework.http.codec.*",
            "org.springframework.stereotype.*",
            "org.springframework.web.bind.annotation.*",
            "reactor.core.publisher.*",
            "reactor.test.*");

    private static final String SUPPORT = "interface Support { Flux<String> answer(String question); }\n";

    @TempDir
    Path classes;

    static Stream<String> snippets() throws IOException {
        List<String> snippets = new ArrayList<>();
        for (String page : List.of("README.md", "docs/spring_boot.md")) {
            SNIPPET.matcher(Files.readString(ROOT.resolve(page)))
                    .results()
                    .map(found -> found.group(1))
                    .forEach(snippets::add);
        }
        return snippets.stream();
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void snippetCompiles(String snippet) {
        assertThat(errors(snippet)).as(snippet).isEmpty();
    }

    @Test
    void errorInASnippetIsFound() {
        assertThat(errors("@RestController class Wrong extends Missing {}")).contains("Missing");
    }

    @Test
    void endpointOfTheReadmeTakesAtMostTwentyFiveLines() throws IOException {
        String section = Files.readString(ROOT.resolve("README.md"))
                .split("## Spring Boot", 2)[1]
                .split("\n## ", 2)[0];
        List<String> lines = Pattern.compile("```\\w+[^\\n]*\\n(.*?)```", Pattern.DOTALL)
                .matcher(section)
                .results()
                .limit(3)
                .flatMap(fence -> fence.group(1).lines())
                .filter(line -> !line.isBlank())
                .toList();
        assertThat(lines).hasSizeBetween(15, 25);
    }

    private String errors(String snippet) {
        boolean statements =
                !Pattern.compile("(?m)^(class|record|@)").matcher(snippet).find();
        String body = statements
                ? "class Snippet { void run(BlockingChat blockingChat, String question) {\n" + snippet + "}}"
                : snippet.contains("class Support ") ? snippet : snippet + SUPPORT;
        String imports = snippet.contains("import ")
                ? "import reactor.core.publisher.*;\n"
                : IMPORTS.stream().map(name -> "import " + name + ";\n").collect(Collectors.joining());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return imports + body;
                    }
                };
        compiler.getTask(null, null, found, List.of("-proc:none", "-d", classes.toString()), null, List.of(source))
                .call();
        return found.getDiagnostics().stream()
                .filter(problem -> problem.getKind() == javax.tools.Diagnostic.Kind.ERROR)
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    }
}
