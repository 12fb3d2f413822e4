package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compiles the Java snippets of all pages. A snippet is a class or statements. A snippet with imports is compiled with these
 * imports only; one without is compiled with the packages below. Statements may use the fields below.
 */
class SnippetsTest {

    private static final List<String> IMPORTS = List.of(
            "java.net.URI",
            "java.time.*",
            "java.nio.file.*",
            "java.util.*",
            "dev.understudy.*",
            "dev.understudy.chat.*",
            "dev.understudy.event.*",
            "dev.understudy.policy.*",
            "dev.understudy.provider.*",
            "dev.understudy.provider.endpoint.*",
            "dev.understudy.shared.*",
            "dev.understudy.ops.admin.*",
            "dev.understudy.ops.agent.*",
            "dev.understudy.ops.config.*",
            "dev.understudy.ops.log.*",
            "dev.understudy.ops.metrics.*",
            "dev.understudy.ops.webhook.*",
            "dev.understudy.streaming.*",
            "dev.understudy.testing.*",
            "reactor.core.publisher.*");

    private static final List<String> FIELDS = List.of(
            "dev.understudy.Understudy understudy;",
            "dev.understudy.chat.ChatProvider openAi, anthropic;",
            "dev.understudy.chat.ChatRequest request;",
            "io.micrometer.core.instrument.MeterRegistry registry, meters;",
            "io.micrometer.observation.ObservationRegistry observationRegistry, observations;",
            "interface Tokenizer { int countTokens(String text); int tokensOf(dev.understudy.chat.Message message); }",
            "Tokenizer tokenizer;");

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    private static final JavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    @TempDir
    Path classes;

    static Stream<Page.Fence> snippets() {
        return Page.all()
                .flatMap(page -> page.fences().stream())
                .filter(fence -> fence.info().split("[ :]")[0].equals("java"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("snippets")
    void snippetCompiles(Page.Fence snippet) {
        if (snippet.info().startsWith("java no-compile")) {
            assertThat(snippet.info())
                    .as("the reason for not compiling the snippet")
                    .matches("java no-compile: .{10,}");
            return;
        }
        assertThat(errors(source(snippet.lines()))).as(snippet.toString()).isEmpty();
    }

    @Test
    void errorInSnippetIsFound() {
        assertThat(errors(source(List.of("Understudy.over(openAi, anthropic).chaat(request);"))))
                .contains("chaat");
        assertThat(errors(source(List.of("import java.util.Optional;", "Optional<String> none = Optional.empty();"))))
                .isEmpty();
        assertThat(errors(source(List.of("import dev.understudy.chat.Message;", "Duration missing = Duration.ZERO;"))))
                .contains("Duration");
    }

    @Test
    void pagesHaveSnippets() {
        assertThat(snippets()).isNotEmpty();
    }

    private static String source(List<String> lines) {
        List<String> head = new ArrayList<>();
        List<String> body = new ArrayList<>();
        lines.forEach(line -> (line.startsWith("import ") ? head : body).add(line));
        boolean standsAlone = head.stream().anyMatch(line -> line.startsWith("import dev.understudy."));
        if (!standsAlone) {
            IMPORTS.forEach(name -> head.add("import " + name + ";"));
        }
        boolean whole = body.stream()
                .anyMatch(line -> line.matches("(public |final |abstract )*(class|record|interface|enum) .*"));
        String inside = String.join("\n", body);
        return String.join("\n", head)
                + (whole
                        ? "\n" + inside.replaceAll("(?m)^public ", "")
                        : "\nclass Snippet {\n" + String.join("\n", FIELDS) + "\nvoid run() throws Exception {\n"
                                + inside + "\n}\n}\n");
    }

    private String errors(String source) {
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options = List.of(
                "-proc:none",
                "-Xlint:deprecation,removal,unchecked,rawtypes",
                "-d",
                classes.toString(),
                "-classpath",
                System.getProperty("java.class.path"));
        COMPILER.getTask(null, FILES, found, options, null, List.of(file)).call();
        return found.getDiagnostics().stream()
                .map(one -> one.getKind() + ": " + one.getMessage(Locale.ROOT))
                .collect(Collectors.joining("\n"));
    }
}
