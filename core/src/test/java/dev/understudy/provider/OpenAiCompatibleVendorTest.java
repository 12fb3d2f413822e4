package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatProvider;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OpenAiCompatibleVendorTest {

    @ParameterizedTest
    @EnumSource
    void everyVendorMakesAProviderOfItsName(OpenAiCompatibleVendor openAiCompatibleVendor) {
        try (ChatProvider provider = provider(openAiCompatibleVendor)) {
            assertThat(provider.name())
                    .isEqualTo(openAiCompatibleVendor.label())
                    .matches("[a-z-]+");
            assertThat(OpenAiCompatibleVendor.named(openAiCompatibleVendor.label()))
                    .isEqualTo(openAiCompatibleVendor);
        }
    }

    private static ChatProvider provider(OpenAiCompatibleVendor openAiCompatibleVendor) {
        return NEED_A_PLACE.contains(openAiCompatibleVendor)
                ? Providers.at(openAiCompatibleVendor, "acme.example.org", "k")
                : Providers.of(openAiCompatibleVendor, "k");
    }

    private static final List<OpenAiCompatibleVendor> NEED_A_PLACE = List.of(
            OpenAiCompatibleVendor.CLOUDFLARE,
            OpenAiCompatibleVendor.DATABRICKS,
            OpenAiCompatibleVendor.GPUSTACK,
            OpenAiCompatibleVendor.SNOWFLAKE);

    @Test
    void aVendorWithoutAnAddressForEverybodyAsksForYours() {
        for (OpenAiCompatibleVendor openAiCompatibleVendor : OpenAiCompatibleVendor.values()) {
            if (NEED_A_PLACE.contains(openAiCompatibleVendor)) {
                assertThatThrownBy(() -> openAiCompatibleVendor.endpoint("k"))
                        .hasMessageContaining(openAiCompatibleVendor.label());
            } else {
                assertThat(openAiCompatibleVendor.endpoint("k").keys()).hasSize(1);
            }
        }
        assertThat(OpenAiCompatibleVendor.CLOUDFLARE.endpointAt("acc-1", "k").baseUrl())
                .hasToString("https://api.cloudflare.com/client/v4/accounts/acc-1/ai/v1");
        assertThat(OpenAiCompatibleVendor.DATABRICKS
                        .endpointAt("adb-1.2.azuredatabricks.net")
                        .baseUrl())
                .hasToString("https://adb-1.2.azuredatabricks.net/serving-endpoints");
    }

    @Test
    void aPlaceOfYoursIsAWholeUrlOrWhatTheAddressLacks() {
        assertThat(OpenAiCompatibleVendor.VLLM
                        .endpointAt("http://localhost:9000/v1")
                        .baseUrl())
                .hasToString("http://localhost:9000/v1");
        assertThatThrownBy(() -> OpenAiCompatibleVendor.VLLM.endpointAt("localhost:9000"))
                .hasMessageContaining("whole URL");
        assertThatThrownBy(() -> OpenAiCompatibleVendor.CLOUDFLARE.endpointAt("a/../b"))
                .hasMessageContaining("characters");
        assertThatThrownBy(() -> OpenAiCompatibleVendor.SNOWFLAKE.endpointAt("evil.test/?"))
                .hasMessageContaining("characters");
    }

    @Test
    void labelsAreUnderstoodAsPeopleWriteThem() {
        assertThat(Arrays.asList("zai-coding", "ZAI_CODING", "Zai Coding", "z.ai.coding"))
                .allMatch(label -> OpenAiCompatibleVendor.named(label) == OpenAiCompatibleVendor.ZAI_CODING);
        assertThat(OpenAiCompatibleVendor.named("DeepSeek")).isEqualTo(OpenAiCompatibleVendor.DEEPSEEK);
        assertThat(OpenAiCompatibleVendor.named("llama.cpp")).isEqualTo(OpenAiCompatibleVendor.LLAMACPP);
        assertThatThrownBy(() -> OpenAiCompatibleVendor.named("nobody")).hasMessageContaining("nobody");
    }
}
