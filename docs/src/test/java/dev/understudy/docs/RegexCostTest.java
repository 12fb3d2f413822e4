package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.provider.error.ErrorPhrase;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The work of every regular expression of the main sources of all modules grows at most in proportion to its input. */
class RegexCostTest {

    /** Repetitions in the shorter of two inputs that are compared; the longer one has four times as many. */
    private static final int SHORT = 100;

    /** Marks expressions that are only matched against a whole text. */
    private static final String WHOLE = "whole ";

    /** The modules that are on the class path. */
    private static final List<Path> LIBRARY = sources("core", "streaming", "integrations/ops");

    private static final List<Path> EXAMPLES = sources("examples", "integrations/gateway");

    /** A regular expression in a literal that is its whole argument. */
    private static final Pattern INLINE = Pattern.compile(
            "(?:Pattern\\.compile|\\.matches|\\.replaceAll|\\.replaceFirst|\\.split|pattern|rule)\\(\\s*\"((?:[^\"\\\\]|\\\\.)*)\"[,)]");

    private static final List<String> FILLERS = List.of(
            "a", "1", " ", ".", "-", "_", "*", "/", "\"", "'", ":", "=", ",", "\n", "\\", "a_", "a.", "a-", "1,", "1.",
            "a ", "-eyJ", "{", "[");

    /** Counts how often a character is looked at. */
    private record Counted(String text, AtomicLong looks) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            looks.incrementAndGet();
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    @Test
    void theWorkOfEveryPatternGrowsAtMostWithItsInput() throws Exception {
        Map<String, Pattern> patterns = new TreeMap<>();
        collectFields(patterns);
        collectLiterals(LIBRARY, patterns);
        collectLiterals(EXAMPLES, patterns);
        assertThat(patterns).as("patterns found").hasSizeGreaterThan(250);
        List<String> costly = new ArrayList<>();
        patterns.forEach((where, pattern) -> {
            for (String text : attacks(pattern.pattern())) {
                long once = work(where, pattern, text.repeat(SHORT));
                long four = work(where, pattern, text.repeat(4 * SHORT));
                if (four > 6 * once + 4_000) {
                    costly.add(where + ": " + once + " -> " + four + " on " + text);
                    return;
                }
            }
            for (String start : starts(pattern.pattern())) {
                for (String filler : FILLERS) {
                    long once = work(where, pattern, start + filler.repeat(SHORT));
                    long four = work(where, pattern, start + filler.repeat(4 * SHORT));
                    if (four > 6 * once + 4_000) {
                        costly.add(where + ": " + once + " -> " + four + " on " + start + " and many " + filler);
                        return;
                    }
                }
            }
        });
        assertThat(costly).isEmpty();
    }

    private static long work(String where, Pattern pattern, String text) {
        AtomicLong looks = new AtomicLong();
        Matcher matcher = pattern.matcher(new Counted(text, looks));
        if (where.startsWith(WHOLE)) {
            matcher.matches();
            return looks.get();
        }
        while (matcher.find()) {
            // As replaceAll does.
        }
        return looks.get();
    }

    private static List<String> starts(String regex) {
        String literal = ErrorPhrase.Wording.literalOf(regex.replaceAll("\\(\\?[a-z<!=:]+", "("));
        return literal.isEmpty() ? List.of("") : List.of("", literal, "eyJ", literal + "a");
    }

    private static List<String> attacks(String regex) {
        List<String> texts = new ArrayList<>(FILLERS);
        for (String start : starts(regex)) {
            texts.add(start + "a");
            texts.add(start + " ");
            texts.add(start + "-");
            texts.add("-" + start);
            texts.add(start + "'");
            texts.add(start + "\n");
            texts.add(start + ": ");
        }
        return texts;
    }

    private static List<Path> sources(String... modules) {
        return Stream.of(modules)
                .map(module -> Page.ROOT.resolve(module).resolve("src/main/java"))
                .toList();
    }

    private static List<Path> javaFiles(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(each -> each.toString().endsWith(".java"))
                    .filter(each -> !each.endsWith("module-info.java") && !each.endsWith("package-info.java"))
                    .toList();
        }
    }

    private static void collectLiterals(List<Path> modules, Map<String, Pattern> patterns) throws IOException {
        for (Path sources : modules) {
            for (Path file : javaFiles(sources)) {
                Matcher literal = INLINE.matcher(Files.readString(file));
                while (literal.find()) {
                    String regex = literal.group(1)
                            .replaceAll("(?<!\\\\)\\\\u([0-9a-fA-F]{4})", "\\\\\\\\u$1")
                            .translateEscapes();
                    if (literal.group().startsWith("pattern(")
                            || literal.group().startsWith("Pattern")
                                    && patterns.values().stream()
                                            .anyMatch(known -> known.pattern().equals(regex))) {
                        continue; // a field that was measured as it is used
                    }
                    try {
                        patterns.put(
                                (literal.group().startsWith(".matches") ? WHOLE : "") + file.getFileName() + " "
                                        + regex,
                                Pattern.compile(regex));
                    } catch (PatternSyntaxException apart) {
                        throw new AssertionError(file + ": " + regex, apart);
                    }
                }
            }
        }
    }

    private static void collectFields(Map<String, Pattern> patterns) throws Exception {
        for (Path sources : LIBRARY) {
            for (Path file : javaFiles(sources)) {
                String source = Files.readString(file);
                if (source.contains("regex.Pattern") || source.contains("ErrorPhrase")) {
                    String name = sources.relativize(file)
                            .toString()
                            .replace('/', '.')
                            .replaceAll("\\.java$", "");
                    for (Field field : Class.forName(name).getDeclaredFields()) {
                        if (Modifier.isStatic(field.getModifiers())
                                && !field.getType().isPrimitive()) {
                            field.setAccessible(true);
                            boolean whole = Pattern.compile(
                                            field.getName() + "\\.matcher\\([^;]{0,80};?[^;]{0,80}\\.matches\\(\\)")
                                    .matcher(source)
                                    .find();
                            collect((whole ? WHOLE : "") + name + "." + field.getName(), field.get(null), patterns, 0);
                        }
                    }
                }
            }
        }
    }

    private static void collect(String where, @Nullable Object value, Map<String, Pattern> patterns, int depth)
            throws Exception {
        if (value instanceof Pattern pattern) {
            patterns.put(where + " " + pattern.pattern(), pattern);
        } else if (value instanceof Collection<?> all) {
            for (Object each : all) {
                collect(where, each, patterns, depth);
            }
        } else if (value instanceof Record record && depth < 4) {
            for (Field field : record.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && record.getClass().getName().startsWith("dev.understudy")) {
                    field.setAccessible(true);
                    collect(where, field.get(record), patterns, depth + 1);
                }
            }
        }
    }
}
