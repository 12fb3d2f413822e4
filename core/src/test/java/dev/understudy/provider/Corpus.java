package dev.understudy.provider;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Recorded traffic of real vendors, which is not part of this project: tests that need it are skipped where it is
 * absent. It is looked for in the directory that the system property {@code understudy.corpus} names, else in {@code
 * shared/corpus} of the working directory or one above it.
 */
public final class Corpus {

    public static final JsonMapper MAPPER = new JsonMapper();

    /**
     * One recording.
     *
     * @param headers by lower-case name
     * @param expected what it says, by an oracle; a missing node for errors
     */
    public record Recording(
            String id,
            String provider,
            String dialect,
            String kind,
            int status,
            Map<String, String> headers,
            byte[] body,
            JsonNode expected) {

        @Nullable
        String text(String field) {
            JsonNode node = expected.path(field);
            return node.isString() ? node.stringValue() : null;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    private static List<Recording> read = List.of();

    private Corpus() {}

    /** All recordings of a dialect and kind (stream, response, error). */
    static List<Recording> of(String dialect, String kind) {
        return all().stream()
                .filter(each -> each.dialect().equals(dialect) && each.kind().equals(kind))
                .toList();
    }

    /** All recordings; the test that asks is skipped when there are none. */
    public static synchronized List<Recording> all() {
        Path file = file();
        Assumptions.assumeTrue(file != null, "skipped: no corpus of recordings here, see -Dunderstudy.corpus");
        if (read.isEmpty()) {
            read = read(Objects.requireNonNull(file));
        }
        return read;
    }

    private static List<Recording> read(Path file) {
        List<Recording> all = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                all.add(recording(MAPPER.readTree(line)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static @Nullable Path file() {
        String name = "corpus.jsonl.gz";
        String told = System.getProperty("understudy.corpus");
        if (told != null) {
            Path file = Path.of(told, name);
            return Files.exists(file) ? file : null;
        }
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path file = up.resolve("shared/corpus").resolve(name);
            if (Files.exists(file)) {
                return file;
            }
        }
        return null;
    }

    private static Recording recording(JsonNode json) {
        JsonNode response = json.path("response");
        Map<String, String> headers = new TreeMap<>();
        for (Map.Entry<String, JsonNode> header : response.path("headers").properties()) {
            headers.put(
                    header.getKey().toLowerCase(Locale.ROOT), header.getValue().asString(""));
        }
        JsonNode base64 = response.path("body_base64");
        byte[] body = base64.isString()
                ? Base64.getDecoder().decode(base64.stringValue())
                : response.path("body").asString("").getBytes(StandardCharsets.UTF_8);
        return new Recording(
                json.path("id").asString(""),
                json.path("provider").asString(""),
                json.path("dialect").asString(""),
                json.path("kind").asString(""),
                response.path("status").asInt(200),
                headers,
                body,
                json.path("expected"));
    }
}
