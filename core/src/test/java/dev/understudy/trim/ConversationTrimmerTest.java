package dev.understudy.trim;

import static dev.understudy.chat.Message.assistant;
import static dev.understudy.chat.Message.system;
import static dev.understudy.chat.Message.toolResult;
import static dev.understudy.chat.Message.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.TokenCounter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConversationTrimmerTest {

    private static final TokenCounter ONE_EACH = message -> 1;

    private static final Message RULES = system("be brief");
    private static final Message U1 = user("one");
    private static final Message A1 = assistant("first");
    private static final Message U2 = user("two");
    private static final Message A2 = assistant("second");
    private static final Message U3 = user("three");

    private static final ToolCall LEFT = new ToolCall("a", "look", "{\"at\":\"left\"}");
    private static final ToolCall RIGHT = new ToolCall("b", "look", "{\"at\":\"right\"}");

    @Test
    void dropsTheOldestHalfOfFiveTurnsAndKeepsTheSystemMessage() {
        ConversationTrimmer.Outcome outcome =
                ConversationTrimmer.afterOverflow(request(RULES, U1, A1, U2, A2, U3), ONE_EACH);

        assertThat(outcome).isEqualTo(new ConversationTrimmer.Shorter(request(RULES, U2, A2, U3), 2, 2, true));
    }

    @Test
    void dropsTheOldestHalfOfFiveUserMessages() {
        Message u4 = user("four");
        Message u5 = user("five");

        assertThat(kept(ConversationTrimmer.afterOverflow(request(RULES, U1, U2, U3, u4, u5), ONE_EACH)))
                .containsExactly(RULES, U3, u4, u5);
    }

    @Test
    void halfIsExtendedToTheEndOfItsTurn() {
        Message u4 = user("four");

        assertThat(kept(ConversationTrimmer.afterOverflow(
                        request(U1, A1, U2, A2, U3, assistant("third"), u4), ONE_EACH)))
                .containsExactly(U3, assistant("third"), u4);
    }

    @Test
    void reasoningFallsWithItsCallAndHintsStay() {
        Message hintedRules = RULES.withCacheHint(Message.CacheHint.LONG);
        Message thought = new Message.Assistant(
                List.of(new ReasoningBlock("hm", new ReasoningBlock.Signature("s", false, "anthropic")), LEFT));
        Message shown = toolResult(RIGHT, List.of(new Message.Part.Image(Message.Image.url("https://a.test/b.png"))))
                .withCacheHint(Message.CacheHint.SHORT);
        List<Message> kept = kept(ConversationTrimmer.fit(
                request(hintedRules, U1, thought, toolResult(LEFT, "x"), U2, assistant("", RIGHT), shown),
                4,
                ONE_EACH));

        assertThat(kept).containsExactly(hintedRules, U2, assistant("", RIGHT), shown);
        assertThat(kept.get(0).cacheHint()).isEqualTo(Message.CacheHint.LONG);
        assertThat(kept.get(3).cacheHint()).isEqualTo(Message.CacheHint.SHORT);
    }

    @Test
    void systemAndOneMessageAreIrreducible() {
        ConversationTrimmer.Outcome outcome = ConversationTrimmer.afterOverflow(request(RULES, U1), ONE_EACH);

        assertThat(outcome).isEqualTo(new ConversationTrimmer.Irreducible(request(RULES, U1)));
        assertThat(ConversationTrimmer.Irreducible.MESSAGE).endsWith("cannot be reduced further");
    }

    @Test
    void singleUserMessageIsIrreducible() {
        assertThat(ConversationTrimmer.afterOverflow(request(U1), ONE_EACH))
                .isInstanceOf(ConversationTrimmer.Irreducible.class);
        assertThat(ConversationTrimmer.fit(request(U1), 0, ONE_EACH))
                .isInstanceOf(ConversationTrimmer.Irreducible.class);
    }

    @Test
    void systemMessagesAloneAreIrreducible() {
        assertThat(ConversationTrimmer.afterOverflow(request(RULES, system("and kind")), ONE_EACH))
                .isInstanceOf(ConversationTrimmer.Irreducible.class);
    }

    @Test
    void systemMessagesAreKept() {
        Message later = system("now in French");

        assertThat(kept(ConversationTrimmer.fit(request(RULES, U1, A1, later, U2, A2, U3), 3, ONE_EACH)))
                .containsExactly(RULES, later, U3);
    }

    @Test
    void dropsAsFewTurnsAsNecessary() {
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(ConversationTrimmer.fit(five, 6, ONE_EACH).request()).isSameAs(five);
        assertThat(ConversationTrimmer.fit(five, 5, ONE_EACH))
                .isEqualTo(new ConversationTrimmer.Shorter(request(RULES, U2, A2, U3), 2, 2, true));
        assertThat(ConversationTrimmer.fit(five, 3, ONE_EACH))
                .isEqualTo(new ConversationTrimmer.Shorter(request(RULES, U3), 4, 4, true));
        assertThat(ConversationTrimmer.fit(five, 1, ONE_EACH))
                .isEqualTo(new ConversationTrimmer.Shorter(request(RULES, U3), 4, 4, false));
    }

    @Test
    void toolExchangeIsDroppedAsAWhole() {
        Message calls = assistant("", LEFT, RIGHT);
        Message left = toolResult(LEFT, "a door");
        Message right = toolResult(RIGHT, "a wall");

        assertThat(kept(ConversationTrimmer.fit(request(U1, calls, left, right, A1, U2), 5, ONE_EACH)))
                .containsExactly(U2);
        assertThat(kept(ConversationTrimmer.fit(request(U1, A1, U2, calls, left, right), 5, ONE_EACH)))
                .containsExactly(U2, calls, left, right);
    }

    @Test
    void interruptedExchangeKeepsItsTurnsTogether() {
        Message calls = assistant("", LEFT, RIGHT);
        Message left = toolResult(LEFT, "a door");
        Message right = toolResult(RIGHT, "a wall");

        assertThat(kept(ConversationTrimmer.fit(request(U1, A1, U2, calls, left, U3, right), 3, ONE_EACH)))
                .containsExactly(U2, calls, left, U3, right);
        assertThat(ConversationTrimmer.fit(request(U2, calls, left, U3, right), 3, ONE_EACH))
                .isInstanceOf(ConversationTrimmer.Irreducible.class);
    }

    @Test
    void oldestExchangesOfTheLastTurnAreDropped() {
        Message first = assistant("", LEFT);
        Message second = assistant("", RIGHT);
        Message third = assistant("", LEFT); // a reused id
        ChatRequest request = request(
                U1,
                A1,
                U2,
                first,
                toolResult(LEFT, "a door"),
                second,
                toolResult(RIGHT, "a wall"),
                third,
                toolResult(LEFT, "still a door"));

        assertThat(kept(ConversationTrimmer.fit(request, 5, ONE_EACH)))
                .containsExactly(U2, second, toolResult(RIGHT, "a wall"), third, toolResult(LEFT, "still a door"));
        assertThat(ConversationTrimmer.fit(request, 1, ONE_EACH))
                .isEqualTo(new ConversationTrimmer.Shorter(
                        request(U2, third, toolResult(LEFT, "still a door")), 6, 6, false));
    }

    @Test
    void openExchangeIsNeverDropped() {
        ChatRequest waiting = request(RULES, U1, assistant("", LEFT), toolResult(LEFT, "a door"));

        assertThat(ConversationTrimmer.afterOverflow(waiting, ONE_EACH))
                .isInstanceOf(ConversationTrimmer.Irreducible.class);
    }

    @Test
    void resultsWithUnknownIdBelongToTheLatestCalls() {
        Message stranger = new Message.ToolResult("", "look", "a door", false);

        assertThat(kept(ConversationTrimmer.fit(
                        request(U1, assistant("", LEFT), stranger, U2, assistant("", RIGHT), stranger), 3, ONE_EACH)))
                .containsExactly(U2, assistant("", RIGHT), stranger);
    }

    @Test
    void toolsAndSchemasCountAsPrompt() {
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(ConversationTrimmer.fit(five.withTools(List.of(Tool.of("look", "looks"))), 6, ONE_EACH))
                .isInstanceOf(ConversationTrimmer.Shorter.class);
        assertThat(ConversationTrimmer.fit(
                        five.withFormat(ResponseFormat.jsonSchema("s", Map.of("type", "object"))), 6, ONE_EACH))
                .isInstanceOf(ConversationTrimmer.Shorter.class);
    }

    @Test
    void onlyMessagesChange() {
        ChatRequest full = request(RULES, U1, A1, U2, A2, U3)
                .withTools(List.of(Tool.of("look", "looks")))
                .withTemperature(0.5)
                .withMaxTokens(100)
                .withExtra("openai-chat", "user", "u1");

        assertThat(ConversationTrimmer.afterOverflow(full, ONE_EACH).request())
                .isEqualTo(full.withMessages(List.of(RULES, U2, A2, U3)));
    }

    @Test
    void countsCannotOverflow() {
        ChatRequest five = request(U1, A1, U2, A2, U3);

        assertThat(ConversationTrimmer.fit(five, Integer.MAX_VALUE, message -> Integer.MAX_VALUE))
                .isEqualTo(new ConversationTrimmer.Shorter(request(U3), 4, Integer.MAX_VALUE, true));
    }

    @Test
    void noLimitCountsNothing() {
        TokenCounter broken = message -> {
            throw new AssertionError("counted");
        };
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(ConversationTrimmer.before(five, ContextWindow.defaults().withCounter(broken), null))
                .isEqualTo(new ConversationTrimmer.Fits(five));
        assertThat(ConversationTrimmer.before(five, ContextWindow.none().withCounter(broken), 1))
                .isEqualTo(new ConversationTrimmer.Fits(five));
    }

    @Test
    void windowOfModelLimitsBeforeTheCall() {
        ContextWindow policy = ContextWindow.defaults().withReserve(0).withCounter(ONE_EACH);

        assertThat(kept(ConversationTrimmer.before(request(RULES, U1, A1, U2, A2, U3), policy, 4)))
                .containsExactly(RULES, U2, A2, U3);
    }

    @Test
    void windowInOverflowIsObeyed() {
        ContextWindow policy = ContextWindow.defaults().withReserve(0).withCounter(ONE_EACH);
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(kept(ConversationTrimmer.after(five, policy, null))).containsExactly(RULES, U2, A2, U3);
        assertThat(kept(ConversationTrimmer.after(five, policy, 100))).containsExactly(RULES, U2, A2, U3);
        assertThat(kept(ConversationTrimmer.after(five, policy, 3))).containsExactly(RULES, U3);
    }

    @Test
    void policyMayForbidTrimmingAfterOverflow() {
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(ConversationTrimmer.after(five, ContextWindow.none(), 3))
                .isEqualTo(new ConversationTrimmer.Irreducible(five));
    }

    private static ChatRequest request(Message... messages) {
        return ChatRequest.of("m", List.of(messages));
    }

    private static List<Message> kept(ConversationTrimmer.Outcome outcome) {
        return outcome.request().messages();
    }
}
