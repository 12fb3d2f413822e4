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

/** The table of presets in docs/providers.md says what the code does. */
class PresetsTest {

    private static final List<List<String>> ROWS =
            Page.of("docs/providers.md").section("Presets").rows();

    @Test
    void thePageTellsEveryVendorInOrder() {
        assertThat(ROWS.stream().map(row -> row.get(0).replace("`", "")))
                .containsExactlyElementsOf(Stream.of(OpenAiCompatibleVendor.values())
                        .map(Enum::name)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void itsAddressAndQuirksAreTold(OpenAiCompatibleVendor openAiCompatibleVendor) {
        List<String> row = ROWS.get(openAiCompatibleVendor.ordinal());
        String url = row.get(1).replace("`", "");
        assertThat(
                        url.contains("{}")
                                ? openAiCompatibleVendor.endpointAt("host.test").baseUrl()
                                : openAiCompatibleVendor.endpoint().baseUrl())
                .hasToString(url.replace("{}", "host.test"));
        OpenAiCompatibility openAiCompatibility = openAiCompatibleVendor.quirks();
        OpenAiCompatibility usual = OpenAiCompatibility.defaults();
        String told = row.get(2);
        assertThat(told.contains("no probe"))
                .isEqualTo(openAiCompatibility.paths().probe().isEmpty());
        assertThat(told.contains("no `stream_options`")).isEqualTo(!openAiCompatibility.usageOnRequest());
        assertThat(told.contains("`[DONE]` completes")).isEqualTo(openAiCompatibility.doneCompletes());
        assertThat(told.contains("\"prefix\""))
                .isEqualTo(openAiCompatibility.turns().continuation() == Continuation.PREFIX);
        assertThat(told.contains("\"continue_final_message\""))
                .isEqualTo(openAiCompatibility.turns().continuation() == Continuation.FLAGS);
        assertThat(told.contains("ids of tool calls"))
                .isNotEqualTo(openAiCompatibility.turns().callIds().equals(CallIds.any()));
        tells(told, openAiCompatibility.fields().maxTokens(), usual.fields().maxTokens());
        tells(
                told,
                String.valueOf(openAiCompatibility.fields().seed()),
                String.valueOf(usual.fields().seed()));
        tells(told, openAiCompatibility.paths().chat(), usual.paths().chat());
    }

    private static void tells(String told, String value, String usual) {
        if (!value.equals(usual)) {
            assertThat(told).contains("`" + value + "`");
        }
    }
}
