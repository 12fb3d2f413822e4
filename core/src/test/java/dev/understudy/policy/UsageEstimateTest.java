package dev.understudy.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Usage;
import java.util.List;
import org.junit.jupiter.api.Test;

class UsageEstimateTest {

    /** 40 characters are 10 tokens, and each message costs 4 more. */
    private static final ChatRequest REQUEST =
            ChatRequest.of("m", List.of(Message.system("a".repeat(40)), Message.user("b".repeat(40))));

    @Test
    void promptIsCharactersByFourAndAnswerIsFiveHundred() {
        assertThat(TokenCounter.characters().estimateUsage(REQUEST, Capabilities.of()))
                .isEqualTo(Usage.of(28, 500));
    }

    @Test
    void maxTokensIsTheExpectedAnswer() {
        assertThat(TokenCounter.characters().estimateUsage(REQUEST.withMaxTokens(77), Capabilities.of()))
                .isEqualTo(Usage.of(28, 77));
    }

    @Test
    void modelsOutputLimitIsNeverExceeded() {
        Capabilities small = Capabilities.of().withMaxOutput(64);
        assertThat(TokenCounter.characters().estimateUsage(REQUEST, small)).isEqualTo(Usage.of(28, 64));
        assertThat(TokenCounter.characters().estimateUsage(REQUEST.withMaxTokens(9_999), small))
                .isEqualTo(Usage.of(28, 64));
        assertThat(TokenCounter.characters().estimateUsage(REQUEST.withMaxTokens(5), small))
                .isEqualTo(Usage.of(28, 5));
    }

    @Test
    void costIsThatOfPromptAndAnswer() {
        Capabilities priced = Capabilities.of().withPrice(Capabilities.Price.of(1_000_000, 2_000_000));
        assertThat(priced.cost(TokenCounter.characters().estimateUsage(REQUEST.withMaxTokens(10), priced)))
                .isCloseTo(28 + 20, within(1e-9));
    }

    @Test
    void costWithoutPriceIsInfinite() {
        assertThat(Capabilities.of().cost(Usage.of(1, 1))).isInfinite();
    }
}
