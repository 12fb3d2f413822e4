package dev.understudy.policy;

import static dev.understudy.policy.TokenCounter.PER_IMAGE;
import static dev.understudy.policy.TokenCounter.PER_MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenCounterTest {

    private static final TokenCounter CHARACTERS = TokenCounter.characters();
    private static final ToolCall CALL = new ToolCall("id", "look", "{\"n\":1}");

    @Test
    void fourCharactersAreATokenRoundedUp() {
        assertThat(CHARACTERS.count(Message.system(""))).isEqualTo(PER_MESSAGE);
        assertThat(CHARACTERS.count(Message.user("abcd"))).isEqualTo(1 + PER_MESSAGE);
        assertThat(CHARACTERS.count(Message.assistant("abcde"))).isEqualTo(2 + PER_MESSAGE);
    }

    @Test
    void aPictureCostsTheSameWhateverItsBytes() {
        Message.Image small = Message.Image.of("image/png", new byte[10]);
        Message.Image large = Message.Image.of("image/png", new byte[10_000]);

        assertThat(CHARACTERS.count(Message.user("abcd", small, large))).isEqualTo(1 + PER_MESSAGE + 2 * PER_IMAGE);
    }

    @Test
    void toolCallsAndResultsCount() {
        assertThat(CHARACTERS.count(Message.assistant("a", CALL))).isEqualTo(3 + PER_MESSAGE); // 1 + 4 + 7
        assertThat(CHARACTERS.count(Message.toolResult(CALL, "found"))).isEqualTo(3 + PER_MESSAGE); // 4 + 5
    }

    @Test
    void onlyThoughtsThatGoBackCount() {
        ReasoningBlock open = ReasoningBlock.of("12345678");
        ReasoningBlock sealed =
                new ReasoningBlock("12345678", new ReasoningBlock.Signature("signature", false, "anthropic"));

        assertThat(CHARACTERS.count(new Message.Assistant("", List.of(), List.of(open, sealed))))
                .isEqualTo(2 + PER_MESSAGE);
    }

    @Test
    void aTokenizerIsAskedForEachText() {
        TokenCounter words = TokenCounter.of(text -> text.isEmpty() ? 0 : text.split(" ").length);

        assertThat(words.count(Message.user("to be or not", Message.Image.url("https://pictures.test/1"))))
                .isEqualTo(4 + PER_MESSAGE + PER_IMAGE);
        assertThat(words.count(Message.assistant("let me see", CALL))).isEqualTo(5 + PER_MESSAGE);
    }
}
