package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Usage;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Token counts of a vendor that are negative, fractional, of another type or beyond the range of int lose no answer. */
class ExtremeUsageTest {

    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-1",
            "2147483647",
            "2147483648",
            "-2147483648",
            "-2147483649",
            "4294967295",
            "9223372036854775807",
            "9223372036854775808",
            "1e300",
            "-1e300",
            "1.5",
            "\"17\"",
            "\"NaN\"",
            "\"1e999\"",
            "null",
            "true",
            "{}",
            "[7]");

    /** A dialect's answer with %s for the usage, and the fields of that. */
    @SuppressWarnings("ImmutableEnumChecker") // its functions hold no state
    private enum Vendor {
        OPENAI(
                new OpenAiChat(OpenAiCompatibility.defaults()),
                "{\"model\":\"gemini-grok\",\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{%s}}",
                "prompt_tokens completion_tokens total_tokens cached_tokens prompt_cache_hit_tokens reasoning_tokens"
                        + " cache_creation_input_tokens prompt_tokens_details.cached_tokens"
                        + " prompt_tokens_details.cache_write_tokens completion_tokens_details.reasoning_tokens"),
        RESPONSES(
                new OpenAiResponses(OpenAiCompatibility.defaults()),
                "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
                        + "[{\"type\":\"output_text\",\"text\":\"Hi\"}]}],\"usage\":{%s}}",
                "input_tokens output_tokens total_tokens input_tokens_details.cached_tokens"
                        + " output_tokens_details.reasoning_tokens"),
        ANTHROPIC(
                new Anthropic(),
                "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],"
                        + "\"stop_reason\":\"end_turn\",\"usage\":{%s}}",
                "input_tokens output_tokens cache_read_input_tokens cache_creation_input_tokens"
                        + " output_tokens_details.thinking_tokens"),
        BEDROCK(
                new BedrockConverse(),
                "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"Hi\"}]}},"
                        + "\"stopReason\":\"end_turn\",\"usage\":{%s}}",
                "inputTokens outputTokens totalTokens cacheReadInputTokens cacheWriteInputTokenCount"),
        GEMINI(
                new Gemini(),
                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},\"finishReason\":\"STOP\"}],"
                        + "\"usageMetadata\":{%s}}",
                "promptTokenCount toolUsePromptTokenCount candidatesTokenCount thoughtsTokenCount"
                        + " cachedContentTokenCount totalTokenCount"),
        COHERE(
                new Cohere(),
                "{\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]},"
                        + "\"finish_reason\":\"COMPLETE\",\"usage\":{%s}}",
                "cached_tokens tokens.input_tokens tokens.output_tokens tokens.reasoning_tokens"
                        + " billed_units.input_tokens billed_units.output_tokens"),
        OLLAMA(
                new Ollama(),
                "{\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"done\":true,\"done_reason\":\"stop\",%s}",
                "prompt_eval_count eval_count");

        private final Dialect dialect;
        private final String answer;
        private final List<String> fields;

        Vendor(Dialect dialect, String answer, String fields) {
            this.dialect = dialect;
            this.answer = answer;
            this.fields = List.of(fields.split("\\s+"));
        }

        private Usage usage(Random random) {
            String usage = fields.stream()
                    .map(field -> field(field, NUMBERS.get(random.nextInt(NUMBERS.size()))))
                    .collect(Collectors.joining(","));
            byte[] body = answer.formatted(usage).getBytes(StandardCharsets.UTF_8);
            var answered = dialect.decode("p", ChatRequest.of("m", "Hello?"), body);
            assertThat(answered.text()).as(usage).isEqualTo("Hi");
            return answered.finish().usage();
        }

        private static String field(String name, String value) {
            int dot = name.indexOf('.');
            return dot < 0
                    ? '"' + name + "\":" + value
                    : '"' + name.substring(0, dot) + "\":{\"" + name.substring(dot + 1) + "\":" + value + '}';
        }
    }

    @ParameterizedTest
    @EnumSource(Vendor.class)
    void extremeTokenCountsLoseNoAnswer(Vendor vendor) {
        Random random = new Random(Long.getLong("seed", 5));
        Usage all = Usage.none();
        for (int i = 0; i < 1_000; i++) {
            Usage usage = vendor.usage(random);
            all = all.plus(usage);
            assertThat(Stream.of(usage.total(), all.total(), all.cachedInput(), all.cacheWrite(), all.reasoning()))
                    .allMatch(count -> count >= 0);
        }
        assertThat(all.total()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void cacheCountsAboveTheInputCostNoFreshInput() {
        Capabilities.Price price = new Capabilities.Price(1, 1, 0, 0);
        Usage usage = Usage.of(0, 0).withCachedInput(Integer.MAX_VALUE).withCacheWrite(Integer.MAX_VALUE);
        assertThat(price.cost(usage)).isEqualTo(Integer.MAX_VALUE / 1e6);
    }
}
