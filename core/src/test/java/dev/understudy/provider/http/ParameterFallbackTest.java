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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** How long refused parameters are left out. */
class ParameterFallbackTest {

    private static final ChatRequest WARM = ChatRequest.of("m", "Hello").withTemperature(0.5);

    private final AtomicLong clock = new AtomicLong();
    private final ParameterFallback parameterFallback =
            new ParameterFallback("p", new OpenAiChat(OpenAiCompatibility.defaults()), clock::get);
    private final List<String> bodies = new ArrayList<>();

    @Test
    void parameterIsSentAgainAfterAnHour() {
        send(WARM, "temperature");
        assertThat(bodies).hasSize(2);
        clock.addAndGet(Duration.ofHours(1).toNanos() - 1);
        send(WARM);
        assertThat(bodies).hasSize(3);
        assertThat(bodies.get(2)).doesNotContain("temperature");
        clock.addAndGet(1);
        send(WARM);
        assertThat(bodies.get(3)).contains("temperature");
    }

    @Test
    void secondRefusalDoesNotExtendTheFirst() {
        ChatRequest both = WARM.withTopP(0.5);
        send(both, "temperature");
        clock.addAndGet(Duration.ofMinutes(40).toNanos());
        send(both, "top_p");
        clock.addAndGet(Duration.ofMinutes(20).toNanos());
        send(both);
        assertThat(bodies.get(bodies.size() - 1)).contains("temperature", "top_p");
    }

    @Test
    void refusalAfterTheHourCountsAnew() {
        send(WARM, "temperature");
        clock.addAndGet(Duration.ofHours(1).toNanos());
        send(WARM, "temperature");
        clock.addAndGet(Duration.ofMinutes(59).toNanos());
        send(WARM);
        assertThat(bodies.get(bodies.size() - 1)).doesNotContain("temperature");
    }

    @Test
    void answerThatDoesNotFitBesideAShortPromptIsShortenedForThisCallOnly() {
        ChatRequest request = WARM.withMaxTokens(100_000);
        for (int i = 0; i < 2; i++) {
            ParameterFallback.AdaptableRequest.sent(parameterFallback.of(
                            request,
                            false,
                            CallScope.reportingTo(event -> {}),
                            body -> {
                                String text = new String(body.bytes(), StandardCharsets.UTF_8);
                                bodies.add(text);
                                return text.contains("100000")
                                        ? Flux.<String>error(new CallFailed(Failure.of(
                                                        FailureKind.CONTEXT_OVERFLOW,
                                                        "max_tokens is too large: 100000. This model's maximum context length is 32768"
                                                                + " tokens and your request has 100 input tokens (100000 > 32768 - 100).")
                                                .withPhase(Failure.Phase.HEADERS)))
                                        : Flux.just("served");
                            },
                            error -> TransportErrors.beforeAnswer(error)))
                    .blockLast();
        }
        assertThat(bodies).hasSize(4);
        assertThat(bodies.get(1)).contains("32668");
        assertThat(bodies.get(2)).contains("100000");
    }

    private void send(ChatRequest request, String... refused) {
        ParameterFallback.AdaptableRequest.sent(parameterFallback.of(
                        request,
                        false,
                        CallScope.reportingTo(event -> {}),
                        body -> {
                            String text = new String(body.bytes(), StandardCharsets.UTF_8);
                            bodies.add(text);
                            for (String field : refused) {
                                if (text.contains(field)) {
                                    return Flux.<String>error(new CallFailed(Failure.of(FailureKind.UNSUPPORTED, field)
                                            .withPhase(Failure.Phase.HEADERS)
                                            .withRefusedParameter(field)));
                                }
                            }
                            return Flux.just("served");
                        },
                        error -> TransportErrors.beforeAnswer(error)))
                .blockLast();
    }
}
