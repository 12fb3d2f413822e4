package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.provider.Quirks;
import dev.understudy.provider.Quirks.CallIds;
import dev.understudy.provider.Quirks.Continuation;
import dev.understudy.provider.Vendor;
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
                .containsExactlyElementsOf(
                        Stream.of(Vendor.values()).map(Enum::name).toList());
    }

    @ParameterizedTest
    @EnumSource
    void itsAddressAndQuirksAreTold(Vendor vendor) {
        List<String> row = ROWS.get(vendor.ordinal());
        String url = row.get(1).replace("`", "");
        assertThat(
                        url.contains("{}")
                                ? vendor.endpointAt("host.test").baseUrl()
                                : vendor.endpoint().baseUrl())
                .hasToString(url.replace("{}", "host.test"));
        Quirks quirks = vendor.quirks();
        Quirks usual = Quirks.defaults();
        String told = row.get(2);
        assertThat(told.contains("no probe")).isEqualTo(quirks.paths().probe().isEmpty());
        assertThat(told.contains("no `stream_options`")).isEqualTo(!quirks.usageOnRequest());
        assertThat(told.contains("`[DONE]` completes")).isEqualTo(quirks.doneCompletes());
        assertThat(told.contains("\"prefix\"")).isEqualTo(quirks.turns().continuation() == Continuation.PREFIX);
        assertThat(told.contains("\"continue_final_message\""))
                .isEqualTo(quirks.turns().continuation() == Continuation.FLAGS);
        assertThat(told.contains("ids of tool calls"))
                .isNotEqualTo(quirks.turns().callIds().equals(CallIds.any()));
        tells(told, quirks.fields().maxTokens(), usual.fields().maxTokens());
        tells(
                told,
                String.valueOf(quirks.fields().seed()),
                String.valueOf(usual.fields().seed()));
        tells(told, quirks.paths().chat(), usual.paths().chat());
    }

    private static void tells(String told, String value, String usual) {
        if (!value.equals(usual)) {
            assertThat(told).contains("`" + value + "`");
        }
    }
}
