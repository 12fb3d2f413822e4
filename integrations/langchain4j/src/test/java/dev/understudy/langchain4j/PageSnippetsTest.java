package dev.understudy.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** Code of the page about LangChain4j, which the tests of the documentation cannot compile. */
class PageSnippetsTest {

    private static final Path PAGE = Path.of(System.getProperty("understudy.root"), "docs", "langchain4j.md");
    private static final String MARK = "```java no-compile: compiled by the tests of integrations/langchain4j";

    @TempDir
    Path classes;

    static Stream<String> snippets() throws IOException {
        List<String> snippets = new ArrayList<>();
        StringBuilder snippet = null;
        for (String line : Files.readAllLines(PAGE)) {
            if (line.equals(MARK)) {
                snippet = new StringBuilder();
            } else if (line.equals("```") && snippet != null) {
                snippets.add(snippet.toString());
                snippet = null;
            } else if (snippet != null) {
                snippet.append(line).append('\n');
            }
        }
        return snippets.stream();
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("snippets")
    void snippetCompiles(String snippet) {
        assertThat(errors(snippet)).as(snippet).isEmpty();
    }

    @Test
    void pageHasSnippets() throws IOException {
        assertThat(snippets()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(errors("String text = 1;")).contains("incompatible types");
    }

    private String errors(String snippet) {
        String imports =
                snippet.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String code =
                snippet.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        String body = code.strip().startsWith("class ")
                ? code
                : "class Snippet {\nvoid run() throws Exception {\n" + code + "\n}\n}\n";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return imports + "\n" + body;
                    }
                };
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
        compiler.getTask(null, null, found, options, null, List.of(file)).call();
        return found.getDiagnostics().stream()
                .map(one -> one.getMessage(Locale.ROOT))
                .collect(Collectors.joining("\n"));
    }
}
