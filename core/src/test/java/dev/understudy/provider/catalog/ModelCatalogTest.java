package dev.understudy.provider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.Providers;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.endpoint.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelCatalogTest {

    private static final Endpoint OPENAI = Endpoint.of("o", "https://api.openai.com/v1", "k");
    private static final Endpoint ANTHROPIC = Endpoint.of("a", "https://api.anthropic.com/v1", "k");
    private static final Endpoint GEMINI = Endpoint.of("g", "https://generativelanguage.googleapis.com/v1beta", "k");
    private static final Endpoint COHERE = Endpoint.of("c", "https://api.cohere.com", "k");

    @Test
    void publiclyKnownModelHasItsCapabilities() {
        Capabilities mini = OPENAI.capabilities("gpt-5-mini");
        assertThat(mini.window()).isEqualTo(400_000);
        assertThat(mini.maxOutput()).isEqualTo(128_000);
        assertThat(mini.price()).isEqualTo(new Capabilities.Price(0.25, 0.025, 2));
        assertThat(mini.has(Feature.REASONING)).isTrue();
        assertThat(mini.has(Feature.TOOLS)).isTrue();
        assertThat(mini.has(Feature.PREFILL)).isFalse();
        assertThat(mini.retirement()).isEqualTo(LocalDate.of(2026, 12, 11));
        assertThat(mini.price().cost(Usage.of(1_000_000, 500_000))).isEqualTo(1.25);
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-5-2025-08-07, gpt-5",
        "gpt-4o-2024-11-20, gpt-4o",
        "gpt-4.1-mini-2025-04-14, gpt-4.1-mini",
        "gpt-5, gpt-5"
    })
    void versionHasTheCapabilitiesOfItsModel(String version, String model) {
        assertThat(OPENAI.capabilities(version))
                .isEqualTo(OPENAI.capabilities(model))
                .isNotEqualTo(Capabilities.assumed());
    }

    @Test
    void versionSuffixesOfAllVendorsAreRecognised() {
        assertThat(ANTHROPIC.capabilities("claude-haiku-4-5-20251001").maxOutput())
                .isEqualTo(64_000);
        assertThat(GEMINI.capabilities("models/gemini-2.5-flash").maxOutput()).isEqualTo(65_536);
        assertThat(GEMINI.capabilities("gemini-2.5-flash-001").maxOutput()).isEqualTo(65_536);
        assertThat(GEMINI.capabilities("gemini-3.1-pro-preview").maxOutput()).isEqualTo(65_536);
        assertThat(GEMINI.capabilities("gemini-2.5-flash-preview-09-2025").maxOutput())
                .isEqualTo(65_536);
        assertThat(COHERE.capabilities("command-a-03-2025").maxOutput()).isEqualTo(8_000);
    }

    @ParameterizedTest
    @CsvSource({"gpt-50", "my-finetune", "gpt", "preview", "gpt-4.2", "o", "model-o3x"})
    void unknownModelHasAssumedCapabilities(String model) {
        assertThat(OPENAI.capabilities(model)).isEqualTo(Capabilities.assumed());
    }

    @Test
    void unknownValuesOfAKnownModelStayUnknown() {
        Capabilities opus = ANTHROPIC.capabilities("claude-opus-5-5");
        assertThat(opus.maxOutput()).isNull();
        assertThat(opus.price()).isNotNull();
        assertThat(ANTHROPIC.capabilities("claude-sonnet-5-5").window()).isNull();
    }

    @Test
    void sizesAndPricesDoNotApplyBehindAGateway() {
        Endpoint gateway = Endpoint.of("gw", "https://gateway.example/v1", "k");
        Capabilities reasoning = Capabilities.assumed().withFeature(Feature.REASONING);
        assertThat(gateway.capabilities("gpt-5")).isEqualTo(reasoning);
        assertThat(ANTHROPIC.capabilities("gpt-5")).isEqualTo(reasoning);
        assertThat(gateway.capabilities("gpt-4.1")).isEqualTo(Capabilities.assumed());
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-5",
        "openai/gpt-5-mini",
        "team-gpt-5-eu",
        "gpt-5.7",
        "gpt-5-pro",
        "o3",
        "openai/o4-mini:online",
        "us.anthropic.claude-opus-5-v1:0",
        "anthropic/claude-opus-4.7-thinking",
        "claude-sonnet-5@20260101",
        "google/gemini-2.5-pro",
        "deepseek-ai/DeepSeek-R1",
        "deepseek-r1:14b",
        "qwen/qwq-32b",
        "qwen3-32b:free",
        "openai/gpt-oss-120b",
        "x-ai/grok-4",
        "moonshotai/kimi-k2-thinking",
        "command-a-reasoning-08-2025"
    })
    void reasoningModelsAreKnownAtEveryAddress(String model) {
        for (String url : new String[] {
            "https://name.openai.azure.com", "https://openrouter.ai/api/v1", "https://proxy.example/v1"
        }) {
            assertThat(Endpoint.of("p", url, "k").capabilities(model).has(Feature.REASONING))
                    .as(url)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o",
        "openai/gpt-4o-mini",
        "google/gemini-2.5-flash-lite",
        "anthropic/claude-haiku-4-5",
        "llama-3.3-70b",
        "grok-4-fast-non-reasoning",
        "qwen3-235b-instruct",
        "qwen3-coder",
        "mistral-large-2512",
        "foo3",
        "my-model"
    })
    void otherModelsAreNotTakenForReasoningModels(String model) {
        assertThat(Endpoint.of("p", "https://openrouter.ai/api/v1", "k")
                        .capabilities(model)
                        .has(Feature.REASONING))
                .isFalse();
    }

    @Test
    void declaredModelsAreNotJudgedByTheirNames() {
        assertThat(Endpoint.of("p", "https://proxy.example/v1", "k")
                        .withModel("gpt-5", Capabilities.assumed())
                        .capabilities("gpt-5")
                        .has(Feature.REASONING))
                .isFalse();
    }

    @Test
    void modelsOfCompatibleVendorsAreKnown() {
        Capabilities groq = OpenAiCompatibleVendor.GROQ.endpoint("k").capabilities("openai/gpt-oss-120b");
        assertThat(groq.window()).isEqualTo(131_072);
        assertThat(groq.maxOutput()).isEqualTo(65_536);
        assertThat(groq.price()).isEqualTo(new Capabilities.Price(0.15, 0.075, 0.6));
        Capabilities grok = OpenAiCompatibleVendor.XAI.endpoint("k").capabilities("grok-4-0709");
        assertThat(grok.window()).isEqualTo(256_000);
        assertThat(grok.has(Feature.REASONING)).isTrue();
        Capabilities deepSeek =
                OpenAiCompatibleVendor.DEEPSEEK_BETA.endpoint("k").capabilities("deepseek-flash");
        assertThat(deepSeek.window()).isEqualTo(1_000_000);
        assertThat(deepSeek.maxOutput()).isEqualTo(384_000);
        Capabilities mistral = OpenAiCompatibleVendor.MISTRAL.endpoint("k").capabilities("mistral-large-2512");
        assertThat(mistral.price()).isEqualTo(new Capabilities.Price(0.5, 0.05, 1.5));
        assertThat(mistral.has(Feature.PREFILL)).isTrue();
    }

    @Test
    void nameForModelsOfDifferentPricesHasNoPrice() {
        Endpoint mistral = OpenAiCompatibleVendor.MISTRAL.endpoint("k");
        assertThat(mistral.capabilities("mistral-large-latest").price()).isNull();
        assertThat(mistral.capabilities("mistral-large-2411").price())
                .isNotEqualTo(mistral.capabilities("mistral-large-2512").price());
        Capabilities own = Capabilities.assumed().withPrice(Capabilities.Price.of(1, 2));
        assertThat(mistral.withModel("mistral-large-latest", own).capabilities("mistral-large-latest"))
                .isEqualTo(own);
    }

    @Test
    void capabilitiesOfTheEndpointTakePrecedence() {
        Capabilities own = Capabilities.of(Feature.STREAMING).withWindow(7);
        assertThat(OPENAI.withModel("gpt-5", own).capabilities("gpt-5")).isEqualTo(own);
    }

    @Test
    void prefillOnlyWhereModelsAreKnownToContinue() {
        assertThat(ANTHROPIC.capabilities("claude-haiku-4-5").has(Feature.PREFILL))
                .isTrue();
        assertThat(ANTHROPIC.capabilities("claude-sonnet-4-6").has(Feature.PREFILL))
                .isFalse();
        assertThat(GEMINI.capabilities("gemini-3.5-flash").has(Feature.PREFILL)).isTrue();
        assertThat(GEMINI.capabilities("gemini-3.6-flash").has(Feature.PREFILL)).isFalse();
        assertThat(COHERE.capabilities("command-a-vision-07-2025").has(Feature.TOOLS))
                .isFalse();
        assertThat(COHERE.capabilities("command-a-03-2025").has(Feature.VISION)).isFalse();
    }

    @Test
    void providersReportTheCatalogsCapabilities() {
        try (ChatProvider claude = Providers.anthropic("k");
                ChatProvider gemini = Providers.gemini("k")) {
            assertThat(claude.capabilities("claude-opus-4-5").window()).isEqualTo(200_000);
            assertThat(gemini.capabilities("gemini-2.5-pro").has(Feature.REASONING))
                    .isTrue();
        }
    }

    @Test
    void anthropicMaxTokensDefaultsToTheKnownMaxOutput() {
        ChatRequest request = ChatRequest.of("claude-haiku-4-5-20251001", "q");
        assertThat(maxTokens(ANTHROPIC, request)).isEqualTo(64_000);
        assertThat(maxTokens(ANTHROPIC, request.withMaxTokens(100))).isEqualTo(100);
        assertThat(maxTokens(ANTHROPIC, request.withModel("claude-next"))).isEqualTo(4_096);
        Endpoint own = ANTHROPIC.withModel(
                "claude-haiku-4-5-20251001", Capabilities.assumed().withMaxOutput(500));
        assertThat(maxTokens(own, request)).isEqualTo(500);
        assertThat(maxTokens(Endpoint.of("gw", "https://gateway.example/v1"), request))
                .isEqualTo(4_096);
    }

    private static int maxTokens(Endpoint endpoint, ChatRequest request) {
        return Corpus.MAPPER
                .readTree(new Anthropic(ModelCatalog.maxOutput(endpoint.baseUrl(), endpoint.models()))
                        .encode(request, true))
                .path("max_tokens")
                .intValue();
    }

    @Test
    void catalogHasADate() {
        assertThat(ModelCatalog.asOf()).isAfter(LocalDate.of(2026, 1, 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"hosts\": {}, \"prices\": {}}; prices",
                "{\"hosts\": {\"h\": {\"models\": {\"m\": {}, \"m\": {}}}}}; second entry of model",
                "{\"hosts\": {\"h\": {}, \"h\": {}}}; second entry of host",
                "{\"hosts\": {\"h\": {\"models\": {\"m\": {\"windows\": 1}}}}}; windows",
                "{\"hosts\": {\"h\": {\"models\": {\"m\": {\"with\": [\"flight\"]}}}}}; FLIGHT",
                "{\"hosts\": {\"h\": {\"models\": {\"m\": {\"window\": 0}}}}}; number of tokens",
                "{\"hosts\": {\"h\": {\"models\": {\"m\": {\"price\": {\"in\": 1}}}}}}; field of a price"
            })
    void unknownFieldsAndDuplicatesAreRefused(String json, String message) {
        assertThatThrownBy(() -> ModelCatalogFile.parse(json.getBytes(StandardCharsets.UTF_8), true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
    }

    @Test
    void everyHostOfOurFactsNamesItsSource() throws IOException {
        try (InputStream file = ModelCatalog.class.getResourceAsStream("/dev/understudy/provider/model-facts.json")) {
            assertThat(Corpus.MAPPER.readTree(file.readAllBytes()).path("hosts"))
                    .isNotEmpty()
                    .allSatisfy(host ->
                            assertThat(host.path("source").stringValue()).startsWith("https://"));
        }
    }

    @Test
    void snapshotIsSmallAndNamesItsSourcesAndLicence() throws IOException {
        try (InputStream file = ModelCatalog.class.getResourceAsStream("/dev/understudy/provider/models.json");
                InputStream licence =
                        ModelCatalog.class.getResourceAsStream("/dev/understudy/provider/models-licence.txt")) {
            byte[] bytes = file.readAllBytes();
            assertThat(bytes).hasSizeLessThan(300 << 10);
            assertThat(Corpus.MAPPER.readTree(bytes).path("sources"))
                    .allSatisfy(source -> assertThat(source.stringValue()).contains("(MIT)"));
            assertThat(new String(licence.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("genai-prices", "models.dev", "Permission is hereby granted");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-5, 2026-12-11",
        "gpt-5-2025-08-07, 2026-12-11",
        "o3, 2026-12-11",
        "gpt-4o-2024-05-13, 2027-01-14",
        "gpt-5.1, 2027-04-01",
        "gpt-5.6,",
        "gpt-5-next,"
    })
    void retirementDayHoldsForAllVersionsOfAModel(String model, LocalDate day) {
        assertThat(OPENAI.capabilities(model).retirement()).isEqualTo(day);
    }

    @Test
    void priceOfCacheWritesIsKnown() {
        assertThat(ANTHROPIC.capabilities("claude-opus-5").price()).isEqualTo(new Capabilities.Price(5, 0.5, 25, 6.25));
    }

    @Nested
    class TwoSources {

        private static final String FIGURES = "{'asOf': '%s', 'hosts': {'api.example': {'models': {"
                + "'m': {'window': 10, 'price': {'input': 1, 'output': 2}, 'without': ['vision']},"
                + "'m-2026-01-01': {'window': 20}, 'mx': {'window': 30}, 'several': {'price': {'input': 1, 'output': 2}}}}}}";
        private static final String FACTS = "{'asOf': '2026-06-01', 'hosts': {'api.example': {'models': {"
                + "'m': {'window': 11, 'maxOutput': 5, 'with': ['prefill'], 'retires': '2027-01-01'},"
                + "'mx*': {'with': ['reasoning']}, 'several': {'price': null}, 'ours': {'window': 7}}}}}";

        private Map<String, Capabilities> joined(String asOf) {
            return ModelData.of(file(FIGURES.formatted(asOf)), file(FACTS))
                    .hosts()
                    .get("api.example");
        }

        private static ModelCatalogFile file(String json) {
            return ModelCatalogFile.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), true);
        }

        @ParameterizedTest
        @CsvSource({"2026-05-31, 11", "2026-06-01, 11", "2026-06-02, 10"})
        void laterFiguresArePreferred(String asOf, int window) {
            assertThat(joined(asOf).get("m").window()).isEqualTo(window);
        }

        @ParameterizedTest
        @ValueSource(strings = {"2026-05-31", "2026-06-02"})
        void factsHoldWhateverIsLater(String asOf) {
            Capabilities model = joined(asOf).get("m");
            assertThat(model.maxOutput()).isEqualTo(5);
            assertThat(model.price()).isEqualTo(Capabilities.Price.of(1, 2));
            assertThat(model.has(Feature.PREFILL)).isTrue();
            assertThat(model.has(Feature.VISION)).isFalse();
            assertThat(model.retirement()).isEqualTo(LocalDate.of(2027, 1, 1));
            assertThat(joined(asOf).get("mx").has(Feature.REASONING)).isTrue();
            assertThat(joined(asOf).get("several").price()).isNull();
            assertThat(joined(asOf).get("ours").window()).isEqualTo(7);
            assertThat(joined(asOf)).doesNotContainKey("mx*");
        }

        @Test
        void versionHasTheFactsOfItsModel() {
            Capabilities version = joined("2026-06-02").get("m-2026-01-01");
            assertThat(version.has(Feature.PREFILL)).isTrue();
            assertThat(version.window()).isEqualTo(20);
        }
    }
}
