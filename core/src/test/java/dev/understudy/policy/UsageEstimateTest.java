package dev.understudy.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import java.util.List;
import org.junit.jupiter.api.Test;

class UsageEstimateTest {

    /** 40 characters are 10 tokens, and each message costs 4 more. */
    private static final ChatRequest REQUEST =
            ChatRequest.of("m", List.of(Message.system("a".repeat(40)), Message.user("b".repeat(40))));

    @Test
    void thePromptIsItsCharactersByFourAndAnAnswerIsFiveHundred() {
        assertThat(UsageEstimate.usage(REQUEST, Capabilities.of())).isEqualTo(Usage.of(28, 500));
    }

    @Test
    void maxTokensSaysHowLongTheAnswerMayBe() {
        assertThat(UsageEstimate.usage(REQUEST.withMaxTokens(77), Capabilities.of()))
                .isEqualTo(Usage.of(28, 77));
    }

    @Test
    void theModelsOwnLimitIsNeverExceeded() {
        Capabilities small = Capabilities.of().withMaxOutput(64);
        assertThat(UsageEstimate.usage(REQUEST, small)).isEqualTo(Usage.of(28, 64));
        assertThat(UsageEstimate.usage(REQUEST.withMaxTokens(9_999), small)).isEqualTo(Usage.of(28, 64));
        assertThat(UsageEstimate.usage(REQUEST.withMaxTokens(5), small)).isEqualTo(Usage.of(28, 5));
    }

    @Test
    void theCostIsThatOfPromptAndAnswer() {
        Capabilities priced = Capabilities.of().withPrice(Price.of(1_000_000, 2_000_000));
        assertThat(UsageEstimate.cost(REQUEST.withMaxTokens(10), priced)).isCloseTo(28 + 20, within(1e-9));
    }

    @Test
    void withoutAPriceItIsWithoutEnd() {
        assertThat(UsageEstimate.cost(REQUEST, Capabilities.of())).isInfinite();
    }
}
