package dev.understudy.policy;

import static dev.understudy.policy.TokenCounter.PER_IMAGE;
import static dev.understudy.policy.TokenCounter.PER_MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
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
    void imagesFilesAndOpaqueBlocksCount() {
        ToolCall call = new ToolCall("c", "", "");
        Message.Part image = new Message.Part.Image(Message.Image.url("https://a.test/b.png"));
        assertThat(CHARACTERS.count(Message.toolResult(call, List.of(image)))).isEqualTo(PER_MESSAGE + PER_IMAGE);
        Message.File text = Message.File.of("a.txt", "text/plain", new byte[400]);
        assertThat(CHARACTERS.count(Message.user(List.of(new Message.Part.File(text)))))
                .isEqualTo(PER_MESSAGE + 100);
        Message.File pdf = Message.File.of("a.pdf", "application/pdf", new byte[60_000]);
        assertThat(CHARACTERS.count(Message.user(List.of(new Message.Part.File(pdf)))))
                .isEqualTo(PER_MESSAGE + 2 * PER_IMAGE);
        Message.Part sound = Message.Part.Audio.of("audio/wav", new byte[5_000]);
        assertThat(CHARACTERS.count(Message.user(List.of(sound)))).isEqualTo(PER_MESSAGE + 10);
        ContentBlock opaque =
                new ContentBlock.Opaque("server_tool_use", new VendorData("anthropic", "{\"query\":\"bern\"}"));
        assertThat(CHARACTERS.count(new Message.Assistant(List.of(opaque)))).isEqualTo(PER_MESSAGE + 4);
    }

    @Test
    void aTokenizerIsAskedForEachText() {
        TokenCounter words = TokenCounter.of(text -> text.isEmpty() ? 0 : text.split(" ").length);

        assertThat(words.count(Message.user("to be or not", Message.Image.url("https://pictures.test/1"))))
                .isEqualTo(4 + PER_MESSAGE + PER_IMAGE);
        assertThat(words.count(Message.assistant("let me see", CALL))).isEqualTo(5 + PER_MESSAGE);
    }
}
