package dev.understudy.provider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Feature;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Continuation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the prefill table of docs/providers.md with the model catalog and the vendor presets. */
class PrefillTableTest {

    record Row(String where, Set<String> models, String mark) {}

    static List<Row> rows() throws IOException {
        Path page = Path.of(System.getProperty("understudy.root", ".."), "docs", "providers.md");
        List<String> lines = Files.readAllLines(page);
        int head = lines.indexOf("| where | models | how the message is marked | the text comes again |");
        return lines.subList(head + 2, lines.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
                .map(cells -> new Row(
                        cells.get(1).replace("`", ""),
                        new TreeSet<>(List.of(cells.get(2).replace("`", "").split(", "))),
                        cells.get(3).replace("`", "")))
                .toList();
    }

    @Test
    void pageListsEveryModelWithPrefill() throws IOException {
        assertThat(rows()).hasSameSizeAs(ModelCatalog.continuing().keySet());
        for (Row row : rows()) {
            assertThat(ModelCatalog.continuing()).containsEntry(row.where(), row.models());
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void listedModelsDeclarePrefillWithTheListedMark(Row row) {
        Endpoint endpoint = Endpoint.of("p", "https://" + row.where(), "k");
        for (String model : row.models()) {
            assertThat(endpoint.capabilities(model).has(Feature.PREFILL))
                    .as(model)
                    .isTrue();
        }
        Continuation continuation = Stream.of(OpenAiCompatibleVendor.values())
                .filter(vendor -> address(vendor).startsWith("https://" + row.where()))
                .map(vendor -> vendor.compatibility().turns().continuation())
                .findFirst()
                .orElse(Continuation.PLAIN);
        assertThat(continuation)
                .isEqualTo(row.mark().equals("\"prefix\": true") ? Continuation.PREFIX : Continuation.PLAIN);
        assertThat(row.mark()).isIn("not at all", "\"prefix\": true");
    }

    private static String address(OpenAiCompatibleVendor vendor) {
        try {
            return vendor.endpoint().baseUrl().toString();
        } catch (IllegalArgumentException needsAnAccount) {
            return "";
        }
    }

    @Test
    void unlistedModelsDoNotDeclarePrefill() {
        for (OpenAiCompatibleVendor vendor : OpenAiCompatibleVendor.values()) {
            if (!address(vendor).isEmpty()) {
                assertThat(vendor.endpoint().capabilities("some-model").has(Feature.PREFILL))
                        .as(vendor.label())
                        .isFalse();
            }
        }
        assertThat(OpenAiCompatibleVendor.DEEPSEEK
                        .endpoint()
                        .capabilities("deepseek-chat")
                        .has(Feature.PREFILL))
                .as("DeepSeek continues at its beta address only")
                .isFalse();
        assertThat(OpenAiCompatibleVendor.DEEPSEEK_BETA
                        .endpoint()
                        .capabilities("deepseek-chat")
                        .has(Feature.PREFILL))
                .isTrue();
        assertThat(OpenAiCompatibleVendor.MISTRAL
                        .endpoint()
                        .capabilities("mistral-small-2506")
                        .has(Feature.PREFILL))
                .isTrue();
    }
}
