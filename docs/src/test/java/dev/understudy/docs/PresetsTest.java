package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Continuation;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares the table of presets in docs/providers.md with the code. */
class PresetsTest {

    private static final List<List<String>> ROWS =
            Page.of("docs/providers.md").section("Presets").rows();

    @Test
    void pageHasEveryVendorInOrder() {
        assertThat(ROWS.stream().map(row -> row.get(0).replace("`", "")))
                .containsExactlyElementsOf(Stream.of(OpenAiCompatibleVendor.values())
                        .map(Enum::name)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void rowHasAddressAndDifferences(OpenAiCompatibleVendor vendor) {
        List<String> row = ROWS.get(vendor.ordinal());
        String url = row.get(1).replace("`", "");
        assertThat(
                        url.contains("{}")
                                ? vendor.endpointAt("host.test").baseUrl()
                                : vendor.endpoint().baseUrl())
                .hasToString(url.replace("{}", "host.test"));
        OpenAiCompatibility compatibility = vendor.compatibility();
        OpenAiCompatibility usual = OpenAiCompatibility.defaults();
        String differences = row.get(2);
        assertThat(differences.contains("no probe"))
                .isEqualTo(compatibility.paths().probe().isEmpty());
        assertThat(differences.contains("no `stream_options`")).isEqualTo(!compatibility.usageOnRequest());
        assertThat(differences.contains("`[DONE]` completes")).isEqualTo(compatibility.doneCompletes());
        assertThat(differences.contains("\"prefix\""))
                .isEqualTo(compatibility.turns().continuation() == Continuation.PREFIX);
        assertThat(differences.contains("\"continue_final_message\""))
                .isEqualTo(compatibility.turns().continuation() == Continuation.FLAGS);
        assertThat(differences.contains("ids of tool calls"))
                .isNotEqualTo(compatibility.turns().callIds().equals(CallIds.any()));
        names(differences, compatibility.fields().maxTokens(), usual.fields().maxTokens());
        names(
                differences,
                String.valueOf(compatibility.fields().seed()),
                String.valueOf(usual.fields().seed()));
        names(differences, compatibility.paths().chat(), usual.paths().chat());
    }

    private static void names(String differences, String value, String usual) {
        if (!value.equals(usual)) {
            assertThat(differences).contains("`" + value + "`");
        }
    }
}
