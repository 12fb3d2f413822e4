package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatProvider;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VendorTest {

    @ParameterizedTest
    @EnumSource
    void everyVendorMakesAProviderOfItsName(Vendor vendor) {
        try (ChatProvider provider = provider(vendor)) {
            assertThat(provider.name()).isEqualTo(vendor.label()).matches("[a-z-]+");
            assertThat(Vendor.named(vendor.label())).isEqualTo(vendor);
        }
    }

    private static ChatProvider provider(Vendor vendor) {
        return NEED_A_PLACE.contains(vendor)
                ? Providers.at(vendor, "acme.example.org", "k")
                : Providers.of(vendor, "k");
    }

    private static final List<Vendor> NEED_A_PLACE =
            List.of(Vendor.CLOUDFLARE, Vendor.DATABRICKS, Vendor.GPUSTACK, Vendor.SNOWFLAKE);

    @Test
    void aVendorWithoutAnAddressForEverybodyAsksForYours() {
        for (Vendor vendor : Vendor.values()) {
            if (NEED_A_PLACE.contains(vendor)) {
                assertThatThrownBy(() -> vendor.endpoint("k")).hasMessageContaining(vendor.label());
            } else {
                assertThat(vendor.endpoint("k").keys()).hasSize(1);
            }
        }
        assertThat(Vendor.CLOUDFLARE.endpointAt("acc-1", "k").baseUrl())
                .hasToString("https://api.cloudflare.com/client/v4/accounts/acc-1/ai/v1");
        assertThat(Vendor.DATABRICKS.endpointAt("adb-1.2.azuredatabricks.net").baseUrl())
                .hasToString("https://adb-1.2.azuredatabricks.net/serving-endpoints");
    }

    @Test
    void aPlaceOfYoursIsAWholeUrlOrWhatTheAddressLacks() {
        assertThat(Vendor.VLLM.endpointAt("http://localhost:9000/v1").baseUrl())
                .hasToString("http://localhost:9000/v1");
        assertThatThrownBy(() -> Vendor.VLLM.endpointAt("localhost:9000")).hasMessageContaining("whole URL");
        assertThatThrownBy(() -> Vendor.CLOUDFLARE.endpointAt("a/../b")).hasMessageContaining("characters");
        assertThatThrownBy(() -> Vendor.SNOWFLAKE.endpointAt("evil.test/?")).hasMessageContaining("characters");
    }

    @Test
    void labelsAreUnderstoodAsPeopleWriteThem() {
        assertThat(Arrays.asList("zai-coding", "ZAI_CODING", "Zai Coding", "z.ai.coding"))
                .allMatch(label -> Vendor.named(label) == Vendor.ZAI_CODING);
        assertThat(Vendor.named("DeepSeek")).isEqualTo(Vendor.DEEPSEEK);
        assertThat(Vendor.named("llama.cpp")).isEqualTo(Vendor.LLAMACPP);
        assertThatThrownBy(() -> Vendor.named("nobody")).hasMessageContaining("nobody");
    }
}
