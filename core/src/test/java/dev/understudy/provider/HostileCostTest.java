package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.CpuTimeLimit;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.error.RetryAfter;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.SseFraming;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.http.RateLimitHeaders;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.OpenAiChatToolCalls;
import dev.understudy.provider.openai.responses.OpenAiResponsesStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bodies within all limits that are made to keep a thread busy. Each took minutes once, or the stack of the thread. */
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileCostTest {

    @RegisterExtension
    static final CpuTimeLimit CPU_TIME = new CpuTimeLimit(Duration.ofSeconds(5));

    private static final ChatRequest REQUEST = ChatRequest.of("m", "?");
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @Test
    void aWaitOfManyDigitsIsNotTriedInAllItsParts() {
        String digits = "7".repeat(900);
        assertThat(RetryAfter.in("please wait " + digits + "x", NOW)).isNull();
        assertThat(RetryAfter.in("please wait " + "1 ".repeat(900) + "x", NOW)).isNull();
        assertThat(RetryAfter.in("try again in " + digits, NOW)).isNull();
    }

    @Test
    void aResetOfManyPartsDoesNotFillTheStack() {
        Map<String, String> fields =
                Map.of("x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "1s".repeat(8_000));
        assertThat(RateLimitHeaders.untilSome(fields::get, NOW)).isNull();
    }

    @Test
    void manyPartsOfContentAreJoinedAtOnce() {
        int parts = 400_000;
        String content = joined(parts, i -> "\"a\"");
        ChatResponse openAi = new OpenAiChat(OpenAiCompatibility.defaults())
                .decode("p", REQUEST, choice("\"content\":[" + content + "]"));
        assertThat(openAi.text()).hasSize(parts);
        String details = joined(parts, i -> "{\"text\":\"a\"}");
        ChatResponse reasoning = new OpenAiChat(OpenAiCompatibility.defaults())
                .decode("p", REQUEST, choice("\"content\":\"x\",\"reasoning_details\":[" + details + "]"));
        assertThat(reasoning.reasoningBlocks().get(0).text()).hasSize(parts);
        ChatResponse cohere = new Cohere()
                .decode(
                        "p",
                        REQUEST,
                        bytes("{\"id\":\"i\",\"finish_reason\":\"COMPLETE\",\"message\":{\"content\":[" + details
                                + "]}}"));
        assertThat(cohere.text()).hasSize(parts);
    }

    @Test
    void manyToolCallsAreFoundAtOnce() {
        for (IntFunction<String> form : List.<IntFunction<String>>of(
                i -> "{\"name\":\"a\"}",
                i -> "{\"index\":" + i + ",\"name\":\"a\"}",
                i -> "{\"index\":" + i + ",\"id\":\"c" + i + "\",\"name\":\"a\"}")) {
            ChatResponse most = new OpenAiChat(OpenAiCompatibility.defaults())
                    .decode("p", REQUEST, calling(joined(OpenAiChatToolCalls.MAX_CALLS, form)));
            assertThat(most.toolCalls()).hasSize(OpenAiChatToolCalls.MAX_CALLS);
            assertThatThrownBy(() -> new OpenAiChat(OpenAiCompatibility.defaults())
                            .decode("p", REQUEST, calling(joined(100_000, form))))
                    .hasMessageContaining("more than 4096 tool calls");
        }
    }

    @Test
    void callWithARepeatedNameIsParsedInLinearTime() {
        Framing framing = new SseFraming();
        StreamDecoder decoder = new OpenAiChat(OpenAiCompatibility.defaults()).decoder("p", REQUEST);
        for (int i = 0; i < 100_000; i++) {
            framing.push(bytes("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":"
                    + "{\"name\":\"f\",\"arguments\":\"" + (i == 0 ? "{\\\"a\\\":[" : "12345678,") + "\"}}]}}]}\n\n"));
            while (framing.next()) {
                decoder.read(framing, chunk -> {});
            }
        }
        assertThat(decoder.finished()).isFalse();
    }

    @Test
    void manyItemsOfAResponseAreFoundAtOnce() {
        String items = joined(150_000, i -> "{}");
        DecodedAnswer decodedAnswer = DecodedAnswer.of(
                new SseFraming(),
                new OpenAiResponsesStream("p", ChatRequest.of("m", "?")),
                bytes("data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":["
                        + items + "]}}\n\n"));
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void joinedArgumentsGrowLinearly() {
        String far = joined(3_000, i -> "{\"jsonPath\":\"$.a" + i + "[9999]".repeat(40) + "\",\"stringValue\":\"x\"}");
        assertThat(gemini(far).toolCalls().get(0).arguments()).hasSizeLessThan(3_000 * 20);
        String oneByOne = joined(150_000, i -> "{\"jsonPath\":\"$.a\",\"stringValue\":\"x\"}");
        assertThat(gemini(oneByOne).toolCalls().get(0).arguments()).hasSize(150_000 + 8);
    }

    private static ChatResponse gemini(String pieces) {
        return new Gemini()
                .decode(
                        "p",
                        REQUEST,
                        bytes(
                                "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"partialArgs\":["
                                        + pieces + "]}}]},\"finishReason\":\"STOP\"}]}"));
    }

    private static byte[] calling(String calls) {
        return choice("\"tool_calls\":[" + calls + "]");
    }

    private static String joined(int count, IntFunction<String> form) {
        return IntStream.range(0, count).mapToObj(form).collect(Collectors.joining(","));
    }

    private static byte[] choice(String message) {
        return bytes("{\"choices\":[{\"message\":{" + message + "},\"finish_reason\":\"stop\"}]}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
