package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Checks the language of comments, names and documentation pages against the rules of CONTRIBUTING. */
class LanguageTest {

    private static final Path ROOT = Path.of(System.getProperty("understudy.root"));

    private static final Pattern DOC_COMMENT = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);

    /** Sentence openings that leave the subject of a comment to be guessed. */
    private static final Pattern RIDDLE = Pattern.compile(
            "^(who|whoever|whom|whose|whether|nobody|somebody|what|whatever|how|it|the same)\\b",
            Pattern.CASE_INSENSITIVE);

    /** Words of the first edition that a reader had to decode. */
    private static final Pattern PRIVATE_WORD = Pattern.compile(
            "\\b(hearsay|troupe|gated|ungated|chorus|rehears\\w*|on stage|a stage to|control room|herald|doorkeeper"
                    + "|rundown|comes? home|this house|the house|the walk|obstacles?|patience|by hand)\\b",
            Pattern.CASE_INSENSITIVE);

    @Test
    void docCommentsNameTheirSubject() {
        List<String> found = new ArrayList<>();
        for (Path file : mainSources()) {
            Matcher comments = DOC_COMMENT.matcher(read(file));
            while (comments.find()) {
                for (String sentence : sentences(comments.group(1))) {
                    if (RIDDLE.matcher(sentence).find()) {
                        found.add(ROOT.relativize(file) + ": " + sentence);
                    }
                }
            }
        }
        assertThat(found).as("sentences without a subject: %d", found.size()).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> pagesAndSourcesUseTheFieldsWords() {
        return Stream.concat(mainSources().stream().filter(LanguageTest::isNoStory), pages().stream())
                .map(file -> DynamicTest.dynamicTest(ROOT.relativize(file).toString(), () -> {
                    List<String> found = new ArrayList<>();
                    Matcher words = PRIVATE_WORD.matcher(read(file));
                    while (words.find()) {
                        found.add(words.group());
                    }
                    assertThat(found).isEmpty();
                }));
    }

    @Test
    void checkFindsSentenceWithoutSubject() {
        assertThat(sentences("\n * Returns the delay. What is left of it is zero.\n * @param x the value"))
                .containsExactly("Returns the delay.", "What is left of it is zero.", "the value")
                .anyMatch(sentence -> RIDDLE.matcher(sentence).find());
    }

    private static boolean isNoStory(Path file) {
        return !file.endsWith("Quickstart.java");
    }

    static List<String> sentences(String comment) {
        String text = comment.replaceAll("(?m)^\\s*\\*", " ")
                .replaceAll("(?s)<pre>.*?</pre>", " ")
                .replaceAll("(?s)\\{@snippet.*?\\n\\s*\\}", " ")
                .replaceAll("\\{@(?:link|linkplain|code|literal|value)\\s+([^}]*)\\}", "$1")
                .replaceAll("@param\\s+<?\\w+>?|@return|@throws\\s+[\\w.]+|@see\\s+[^\\n]*|@since\\s+\\S+", "\u0000")
                .replaceAll("<(?:p|li|ul|ol|dl|dt|dd|h[1-6]|tr|td|th|table)>", "\u0000")
                .replaceAll("<[^>]*>", " ");
        List<String> sentences = new ArrayList<>();
        for (String block : text.split("\u0000")) {
            for (String sentence : block.strip().replaceAll("\\s+", " ").split("(?<=[.!?:;])\\s+(?=[A-Z])")) {
                if (!sentence.isBlank()) {
                    sentences.add(sentence.strip());
                }
            }
        }
        return sentences;
    }

    private static List<Path> mainSources() {
        return files(
                path -> path.toString().endsWith(".java") && path.toString().contains("/src/main/"));
    }

    private static List<Path> pages() {
        return files(path -> path.toString().endsWith(".md") && !path.endsWith("CHANGELOG.md"));
    }

    private static List<Path> files(java.util.function.Predicate<Path> wanted) {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(Files::isRegularFile)
                    .filter(path -> !ROOT.relativize(path).toString().contains("target/"))
                    .filter(path -> !ROOT.relativize(path).startsWith(".git"))
                    .filter(wanted)
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
