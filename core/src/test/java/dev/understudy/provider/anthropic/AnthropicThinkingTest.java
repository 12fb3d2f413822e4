package dev.understudy.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Thinking of a request whose last turns called tools: the vendor demands that such a turn begins with its thinking. */
class AnthropicThinkingTest {

    private static final ToolCall CALL = new ToolCall("c1", "f", "{}");
    private static final Message RESULT = Message.toolResult(CALL, "r");

    @Test
    void thinkingYieldsToResultsOfForeignCalls() {
        assertThat(isThinking("enabled", turn(CALL), RESULT)).isFalse();
        assertThat(isThinking("enabled", turn(new ContentBlock.Text("So."), CALL), RESULT))
                .isFalse();
        assertThat(isThinking("enabled", turn(thought("openai-responses"), CALL), RESULT))
                .isFalse();
        assertThat(isThinking("enabled", turn(CALL), RESULT, Message.system("S")))
                .isFalse();
    }

    @Test
    void thinkingStaysWhereTheTurnBeganWithIt() {
        assertThat(isThinking("enabled", turn(thought("anthropic"), CALL), RESULT))
                .isTrue();
    }

    @Test
    void thinkingStaysOnceTheUserSpoke() {
        assertThat(isThinking("enabled", turn(CALL), RESULT, Message.user("And?")))
                .isTrue();
        assertThat(isThinking("enabled", turn(CALL), RESULT, Message.assistant("A."), Message.user("And?")))
                .isTrue();
    }

    @Test
    void adaptiveThinkingStaysBehindForeignCalls() {
        assertThat(isThinking("adaptive", turn(CALL), RESULT)).isTrue();
    }

    private static ReasoningBlock thought(String origin) {
        return new ReasoningBlock("T", new ReasoningBlock.Signature("s", false, origin));
    }

    private static Message turn(ContentBlock... blocks) {
        return new Message.Assistant(List.of(blocks));
    }

    /** Returns true if the request still asks for thinking; else the change was reported. */
    private static boolean isThinking(String type, Message... messages) {
        List<Message> history = new ArrayList<>(List.of(Message.user("Q")));
        history.addAll(List.of(messages));
        List<String> changes = new ArrayList<>();
        ChatRequest fitted = AnthropicThinking.fitted(
                ChatRequest.of("m", history).withExtra("anthropic", "thinking", Map.of("type", type)), changes::add);
        boolean thinks = fitted.extra().getOrDefault("anthropic", Map.of()).containsKey("thinking");
        assertThat(changes).isEqualTo(thinks ? List.of() : List.of("thinking"));
        return thinks;
    }
}
