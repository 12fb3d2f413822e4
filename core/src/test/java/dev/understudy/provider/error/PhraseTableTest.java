package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each phrase has a message that it decides, and the nearest message that it does not; docs/errors.md lists all of them. */
class PhraseTableTest {

    private static final Path PAGE = Path.of("..", "docs", "errors.md");
    private static final String FIRST = "<!-- phrases -->\n";
    private static final String LAST = "<!-- end of phrases -->\n";

    private record Example(FailureKind kind, int status, String message, String neighbour) {}

    private static List<Example> examples() {
        try (InputStream file = Objects.requireNonNull(PhraseTableTest.class.getResourceAsStream("phrases.txt"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" :: ", -1))
                    .map(cells -> new Example(
                            FailureKind.valueOf(cells[0].split(" ")[0]),
                            Integer.parseInt(cells[0].split(" ")[1]),
                            cells[1],
                            cells[2]))
                    .toList();
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    @Test
    void messageWithThePhraseHasItsKind() {
        List<String> wrong = new ArrayList<>();
        for (Example each : examples()) {
            FailureKind kind = kind(each.status(), each.message());
            if (kind != each.kind()) {
                wrong.add(each + " -> " + kind);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void nearestHarmlessMessageHasAnotherKind() {
        List<String> wrong = new ArrayList<>();
        for (Example each : examples()) {
            if (kind(each.status(), each.neighbour()) == each.kind()
                    && !isKindOfStatus(each.status(), each.kind(), each.neighbour())) {
                wrong.add(each.toString());
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyPhraseHasAnExampleThatItDecides() {
        List<String> without = new ArrayList<>();
        for (ErrorPhrase row : ErrorPhrases.TABLE) {
            for (ErrorPhrase.Wording wording : row.words()) {
                if (examples().stream().noneMatch(each -> decides(row, wording, each))) {
                    without.add(row.kind() + " " + row.at() + " " + wording.pattern());
                }
            }
        }
        assertThat(without).isEmpty();
    }

    @Test
    void noPhraseOverrulesAPreciseCode() {
        Map<String, FailureKind> codes = Map.of(
                "invalid_api_key", FailureKind.AUTH,
                "insufficient_quota", FailureKind.QUOTA,
                "context_length_exceeded", FailureKind.CONTEXT_OVERFLOW,
                "overloaded_error", FailureKind.OVERLOADED,
                "content_filter", FailureKind.CONTENT_FILTERED,
                "model_not_found", FailureKind.MODEL_NOT_FOUND,
                "unsupported_parameter", FailureKind.UNSUPPORTED);
        for (Example each : examples()) {
            codes.forEach((code, kind) -> {
                byte[] body = body(Map.of("message", each.message(), "code", code));
                assertThat(typed(each.status(), body).kind())
                        .as("%s: %s", code, each)
                        .isEqualTo(kind);
            });
        }
    }

    @Test
    void pageListsEveryPhraseWithItsSource() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(FIRST) + FIRST.length();
        int to = page.indexOf(LAST);
        if (Boolean.getBoolean("understudy.write")) {
            Files.writeString(PAGE, page.substring(0, from) + table() + page.substring(to));
            return;
        }
        assertThat(page.substring(from, to)).isEqualTo(table());
        String sources = page.substring(to);
        ErrorPhrases.TABLE.forEach(row -> row.words().forEach(wording -> {
            if (!wording.source().isEmpty()) {
                assertThat(sources).contains("| " + wording.source() + " |");
            }
        }));
    }

    private static String table() {
        StringBuilder table =
                new StringBuilder("| kind | phrase | statuses | in-band | for example | but not | source |\n"
                        + "|---|---|---|---|---|---|---|\n");
        for (ErrorPhrase row : ErrorPhrases.TABLE) {
            for (ErrorPhrase.Wording wording : row.words()) {
                Example example = examples().stream()
                        .filter(each -> decides(row, wording, each))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(wording.pattern()));
                String statuses = row.at().isEmpty()
                        ? "all"
                        : row.at().stream()
                                .filter(status -> status != 0)
                                .sorted()
                                .map(String::valueOf)
                                .collect(Collectors.joining(" "));
                table.append("| ")
                        .append(row.kind())
                        .append(" | ")
                        .append(
                                wording.source().isEmpty()
                                        ? "any"
                                        : code(wording.pattern().pattern()))
                        .append(" | ")
                        .append(statuses.isEmpty() ? "–" : statuses)
                        .append(" | ")
                        .append(row.at().isEmpty() || row.at().contains(0) ? "yes" : "no")
                        .append(" | ")
                        .append(code(example.message()))
                        .append(" | ")
                        .append(code(example.neighbour()))
                        .append(" | ")
                        .append(wording.source().isEmpty() ? "http" : wording.source())
                        .append(" |\n");
            }
        }
        return table.toString();
    }

    private static String code(String text) {
        String fence = text.contains("`") ? "``" : "`";
        String space = text.startsWith("`") || text.endsWith("`") ? " " : "";
        return fence + space + text.replace("|", "\\|") + space + fence;
    }

    private static boolean decides(ErrorPhrase row, ErrorPhrase.Wording wording, Example example) {
        int status = example.status() == 200 ? 0 : example.status();
        String evidence = example.message().toLowerCase(Locale.ROOT) + "\n";
        return row.kind() == example.kind()
                && (row.at().isEmpty() || row.at().contains(status))
                && matches(wording.pattern(), evidence);
    }

    private static boolean matches(Pattern pattern, String evidence) {
        return pattern.matcher(evidence).find();
    }

    /** Returns true if the status alone has this kind, and no phrase decides. */
    private static boolean isKindOfStatus(int status, FailureKind kind, String message) {
        return ErrorPhrases.first(status == 200 ? 0 : status, null, ComparedText.withNothing(message + "\n")) == null
                && kind(status, "words") == kind;
    }

    private static FailureKind kind(int status, String message) {
        return typed(status, body(Map.of("message", message))).kind();
    }

    private static Failure typed(int status, byte[] body) {
        return status == 200
                ? ErrorClassifier.inBand(body, 0, body.length)
                : ErrorClassifier.http(status, name -> null, body);
    }

    private static byte[] body(Map<String, String> error) {
        return Json.text(Map.of("error", error)).getBytes(StandardCharsets.UTF_8);
    }
}
