package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.openai.OpenAiChat;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

class AdaptedBodyTest {

    private static final Map<String, Object> BODY = new LinkedHashMap<>();

    static {
        BODY.put("model", "m");
        BODY.put("temperature", 0.5);
        BODY.put("topP", 0.5);
        BODY.put("max_tokens", 9);
        BODY.put("stream_options", Map.of("include_usage", true));
        BODY.put("reasoning_effort", "low");
        BODY.put("tools", List.of());
        BODY.put("messages", List.of());
        BODY.put("options", Map.of("seed", 7, "num_ctx", 8));
    }

    private static Failure refusing(String what) {
        return Failure.of(FailureKind.UNSUPPORTED, "no " + what)
                .withPhase(Failure.Phase.HEADERS)
                .withRefusedParameter(what);
    }

    private static AdaptedBody after(Failure failure) {
        return AdaptedBody.after(failure, BODY, Map.of("max_tokens", "max_completion_tokens"));
    }

    @ParameterizedTest
    @CsvSource({
        "temperature, temperature",
        "top_p, topP",
        "stream_options, stream_options",
        "stream_options.include_usage, stream_options",
        "seed, options.seed",
        "options.seed, options.seed",
        "thinking, reasoning_effort",
        "reasoning_effort, reasoning_effort",
    })
    void optionalRefusedParameterIsLeftOut(String refused, String field) {
        assertThat(after(refusing(refused))).isEqualTo(new AdaptedBody(Map.of(field, "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tools",
                "image",
                "system",
                "messages",
                "model",
                "response_format",
                "num_ctx",
                "stop",
                "stream",
                "prefill",
                "tools.temperature"
            })
    void requiredOrUnsentParameterIsKept(String refused) {
        assertThat(after(refusing(refused))).isNull();
    }

    @Test
    void onlyARefusalBeforeAnyContentLeadsToAChange() {
        assertThat(after(refusing("temperature").withPhase(null))).isNull();
        assertThat(after(refusing("temperature").withRefusedParameter(null))).isNull();
        assertThat(after(Failure.of(FailureKind.INVALID_REQUEST, "temperature")
                        .withPhase(Failure.Phase.HEADERS)
                        .withRefusedParameter("temperature")))
                .isNull();
    }

    @Test
    void theRestOfTheBodyStaysInItsOrder() {
        AdaptedBody adaptedBody =
                new AdaptedBody(Map.of("temperature", "", "options.seed", "", "max_tokens", "max_completion_tokens"));
        Map<String, ?> adapted = adaptedBody.of(BODY);
        assertThat(adapted.keySet())
                .containsExactly(
                        "model",
                        "topP",
                        "max_completion_tokens",
                        "stream_options",
                        "reasoning_effort",
                        "tools",
                        "messages",
                        "options");
        assertThat(adapted.get("max_completion_tokens")).isEqualTo(9);
        assertThat(adapted.get("options")).isEqualTo(Map.of("num_ctx", 8));
        assertThat(BODY).containsKeys("temperature", "max_tokens");
        assertThat(AdaptedBody.NONE.of(BODY)).isSameAs(BODY);
    }

    @Test
    void aNameTheCallerUsesAlreadyIsNotOverwritten() {
        AdaptedBody renaming = new AdaptedBody(Map.of("max_tokens", "max_completion_tokens"));
        assertThat(renaming.of(Map.of("max_tokens", 9, "max_completion_tokens", 5))
                        .get("max_completion_tokens"))
                .isEqualTo(5);
    }

    @Test
    void aChangeIsNotMadeTwiceOrTakenBack() {
        AdaptedBody renaming = new AdaptedBody(Map.of("max_tokens", "max_completion_tokens"));
        assertThat(renaming.repeats(renaming)).isTrue();
        assertThat(renaming.repeats(new AdaptedBody(Map.of("max_completion_tokens", "max_tokens"))))
                .isTrue();
        assertThat(renaming.repeats(new AdaptedBody(Map.of("seed", "")))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "temperature is deprecated for this model, true",
        "`temperature` and `top_p` cannot both be specified for this model, false",
        "`temperature` may only be set to 1 when thinking is enabled, false",
    })
    void refusalOfACombinationIsNotRemembered(String words, boolean lasts) {
        assertThat(AdaptedBody.NONE.lasts(Failure.of(FailureKind.UNSUPPORTED, words)))
                .isEqualTo(lasts);
    }

    @Test
    void theMemoryIsBounded() {
        ParameterFallback parameterFallback =
                new ParameterFallback("p", new OpenAiChat(OpenAiCompatibility.defaults()), () -> 0);
        CallScope scope = CallScope.reportingTo(providerEvent -> {});
        for (int i = 0; i < ParameterFallback.MODELS + 50; i++) {
            ChatRequest request = ChatRequest.of("m" + i, "Hello").withTemperature(0.5);
            String answer = ParameterFallback.AdaptableRequest.sent(parameterFallback.of(
                            request,
                            false,
                            scope,
                            body -> new String(body.bytes(), StandardCharsets.UTF_8).contains("temperature")
                                    ? Flux.<String>error(new CallFailed(refusing("temperature")))
                                    : Flux.just("served"),
                            error -> TransportErrors.beforeAnswer(error)))
                    .blockLast();
            assertThat(answer).isEqualTo("served");
        }
        assertThat(parameterFallback.models()).isBetween(ParameterFallback.MODELS * 15 / 16, ParameterFallback.MODELS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8192 | max_tokens must be less than or equal to 8192, the maximum value for this model",
                "8192 | `max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens`",
                "64000 | max_tokens: 300000 > 64000, which is the maximum allowed number of output tokens",
                "16384 | max_tokens is too large: 64000. This model supports at most 16384 completion tokens",
                "8192 | The maximum tokens you requested exceeds the model limit of 8192. Try again with a lower value.",
                "8192 | Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
                "65536 | a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive)",
                "4096 | max_completion_tokens cannot be greater than 4096",
                "32768 | The parameter max_tokens specified in the request is not valid: integer above maximum value, expected a value <= 32768, but got 128000 instead.",
                "32768 | Provider returned error: max_tokens (current value: 65536) must be between 0 and 32768",
                "65536 | field MaxTokens invalid, should be in [1, 65536]",
                "32768 | <400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 32768]",
                " | max_tokens and tools: [1, 2] are no numbers",
                " | max_tokens must be at least 1, got -5",
                " | max_tokens must be greater than 0",
                " | This model's maximum context length is 8192 tokens. However, you requested 64000 tokens",
            })
    void outputLimitIsReadFromARefusal(Integer limit, String message) {
        assertThat(OutputLimit.told(message)).isEqualTo(limit);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "32668 | max_tokens is too large: 100000. This model's maximum context length is 32768 tokens and your request has 100 input tokens (100000 > 32768 - 100).",
                "32767 | This model's maximum context length is 32768 tokens. However, you requested 40000 output tokens and your prompt contains at least 1 input tokens, for a total of at least 40001 tokens.",
                "121072 | This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (10000 of text input, 130000 in the output).",
                " | This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (120000 of text input, 20000 in the output).",
                " | This model's maximum context length is 8192 tokens. However, you requested 64000 tokens",
                " | input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"
            })
    void roomBesideAShortPromptIsReadFromAnOverflow(Integer room, String message) {
        assertThat(OutputLimit.room(message)).isEqualTo(room);
    }

    @Test
    void limitInARefusalLowersEachLimitOfTheBody() {
        Failure failure = Failure.of(FailureKind.INVALID_REQUEST, "max_tokens must be less than or equal to 100")
                .withPhase(Failure.Phase.HEADERS);
        Map<String, Object> sent = Map.of("max_tokens", 50, "inferenceConfig", Map.of("maxTokens", 200));
        AdaptedBody change = AdaptedBody.after(failure, sent, Map.of());
        assertThat(change).isNotNull();
        assertThat(change.of(sent)).isEqualTo(Map.of("max_tokens", 50, "inferenceConfig", Map.of("maxTokens", 100)));
        assertThat(change.lasts(failure)).isTrue();
        assertThat(change.repeats(change)).isTrue();
        assertThat(AdaptedBody.after(failure, change.of(sent), Map.of())).isNull();
    }

    @Test
    void thinkingYieldsToAToolThatMustBeCalledAndOnlyThen() {
        Failure failure = Failure.of(FailureKind.INVALID_REQUEST, "Thinking mode does not support this tool_choice")
                .withPhase(Failure.Phase.HEADERS);
        Map<String, Object> forced = Map.of("tool_choice", "required");
        AdaptedBody change = AdaptedBody.after(failure, forced, Map.of());
        assertThat(change).isNotNull();
        assertThat(change.of(forced).get("thinking")).isEqualTo(Map.of("type", "disabled"));
        assertThat(change.of(Map.of("tool_choice", "required", "reasoning_effort", "high")))
                .isEqualTo(forced);
        assertThat(change.of(Map.of("tool_choice", "auto", "reasoning_effort", "high")))
                .isEqualTo(Map.of("tool_choice", "auto", "reasoning_effort", "high"));
        assertThat(change.lasts(failure)).isTrue();
        assertThat(AdaptedBody.after(failure, Map.of("tool_choice", "auto"), Map.of()))
                .isNull();
    }
}
