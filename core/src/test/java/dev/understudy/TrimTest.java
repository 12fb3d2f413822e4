package dev.understudy;

import static dev.understudy.chat.Message.assistant;
import static dev.understudy.chat.Message.system;
import static dev.understudy.chat.Message.toolResult;
import static dev.understudy.chat.Message.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrimTest {

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
        Trim.Outcome outcome = Trim.afterOverflow(request(RULES, U1, A1, U2, A2, U3), ONE_EACH);

        assertThat(outcome).isEqualTo(new Trim.Shorter(request(RULES, U2, A2, U3), 2, 2, true));
    }

    @Test
    void dropsTheOldestHalfOfFiveUserMessages() {
        Message u4 = user("four");
        Message u5 = user("five");

        assertThat(kept(Trim.afterOverflow(request(RULES, U1, U2, U3, u4, u5), ONE_EACH)))
                .containsExactly(RULES, U3, u4, u5);
    }

    @Test
    void theHalfGoesOnToTheEndOfItsTurn() {
        Message u4 = user("four");

        assertThat(kept(Trim.afterOverflow(request(U1, A1, U2, A2, U3, assistant("third"), u4), ONE_EACH)))
                .containsExactly(U3, assistant("third"), u4);
    }

    @Test
    void aSystemMessageAndOneMessageCannotBeReducedFurther() {
        Trim.Outcome outcome = Trim.afterOverflow(request(RULES, U1), ONE_EACH);

        assertThat(outcome).isEqualTo(new Trim.Stuck(request(RULES, U1)));
        assertThat(Trim.Stuck.WHY).endsWith("cannot be reduced further");
    }

    @Test
    void aSingleUserMessageCannotBeReducedFurther() {
        assertThat(Trim.afterOverflow(request(U1), ONE_EACH)).isInstanceOf(Trim.Stuck.class);
        assertThat(Trim.fit(request(U1), 0, ONE_EACH)).isInstanceOf(Trim.Stuck.class);
    }

    @Test
    void systemMessagesAloneCannotBeReducedFurther() {
        assertThat(Trim.afterOverflow(request(RULES, system("and kind")), ONE_EACH))
                .isInstanceOf(Trim.Stuck.class);
    }

    @Test
    void systemMessagesStayWhereverTheyStand() {
        Message later = system("now in French");

        assertThat(kept(Trim.fit(request(RULES, U1, A1, later, U2, A2, U3), 3, ONE_EACH)))
                .containsExactly(RULES, later, U3);
    }

    @Test
    void dropsAsFewTurnsAsItTakes() {
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(Trim.fit(five, 6, ONE_EACH).request()).isSameAs(five);
        assertThat(Trim.fit(five, 5, ONE_EACH)).isEqualTo(new Trim.Shorter(request(RULES, U2, A2, U3), 2, 2, true));
        assertThat(Trim.fit(five, 3, ONE_EACH)).isEqualTo(new Trim.Shorter(request(RULES, U3), 4, 4, true));
        assertThat(Trim.fit(five, 1, ONE_EACH)).isEqualTo(new Trim.Shorter(request(RULES, U3), 4, 4, false));
    }

    @Test
    void aToolExchangeGoesAsAWhole() {
        Message calls = assistant("", LEFT, RIGHT);
        Message left = toolResult(LEFT, "a door");
        Message right = toolResult(RIGHT, "a wall");

        assertThat(kept(Trim.fit(request(U1, calls, left, right, A1, U2), 5, ONE_EACH)))
                .containsExactly(U2);
        assertThat(kept(Trim.fit(request(U1, A1, U2, calls, left, right), 5, ONE_EACH)))
                .containsExactly(U2, calls, left, right);
    }

    @Test
    void anExchangeThatAUserBrokeIntoHoldsItsTurnsTogether() {
        Message calls = assistant("", LEFT, RIGHT);
        Message left = toolResult(LEFT, "a door");
        Message right = toolResult(RIGHT, "a wall");

        assertThat(kept(Trim.fit(request(U1, A1, U2, calls, left, U3, right), 3, ONE_EACH)))
                .containsExactly(U2, calls, left, U3, right);
        assertThat(Trim.fit(request(U2, calls, left, U3, right), 3, ONE_EACH)).isInstanceOf(Trim.Stuck.class);
    }

    @Test
    void inALongLastTurnTheOldestExchangesGoAndTheLatestStays() {
        Message first = assistant("", LEFT);
        Message second = assistant("", RIGHT);
        Message third = assistant("", LEFT); // the id comes again
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

        assertThat(kept(Trim.fit(request, 5, ONE_EACH)))
                .containsExactly(U2, second, toolResult(RIGHT, "a wall"), third, toolResult(LEFT, "still a door"));
        assertThat(Trim.fit(request, 1, ONE_EACH))
                .isEqualTo(new Trim.Shorter(request(U2, third, toolResult(LEFT, "still a door")), 6, 6, false));
    }

    @Test
    void anExchangeThatWaitsForItsAnswerIsNeverDropped() {
        ChatRequest waiting = request(RULES, U1, assistant("", LEFT), toolResult(LEFT, "a door"));

        assertThat(Trim.afterOverflow(waiting, ONE_EACH)).isInstanceOf(Trim.Stuck.class);
    }

    @Test
    void resultsWithAStrangeIdBelongToTheLatestCalls() {
        Message stranger = new Message.ToolResult("", "look", "a door", false);

        assertThat(kept(Trim.fit(
                        request(U1, assistant("", LEFT), stranger, U2, assistant("", RIGHT), stranger), 3, ONE_EACH)))
                .containsExactly(U2, assistant("", RIGHT), stranger);
    }

    @Test
    void toolsAndSchemasCountAsPromptToo() {
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(Trim.fit(five.withTools(List.of(Tool.of("look", "looks"))), 6, ONE_EACH))
                .isInstanceOf(Trim.Shorter.class);
        assertThat(Trim.fit(five.withFormat(ResponseFormat.jsonSchema("s", Map.of("type", "object"))), 6, ONE_EACH))
                .isInstanceOf(Trim.Shorter.class);
    }

    @Test
    void everythingButTheMessagesStaysAsItWas() {
        ChatRequest full = request(RULES, U1, A1, U2, A2, U3)
                .withTools(List.of(Tool.of("look", "looks")))
                .withTemperature(0.5)
                .withMaxTokens(100)
                .withExtra("openai-chat", "user", "u1");

        assertThat(Trim.afterOverflow(full, ONE_EACH).request())
                .isEqualTo(full.withMessages(List.of(RULES, U2, A2, U3)));
    }

    @Test
    void countsCannotOverflow() {
        ChatRequest five = request(U1, A1, U2, A2, U3);

        assertThat(Trim.fit(five, Integer.MAX_VALUE, message -> Integer.MAX_VALUE))
                .isEqualTo(new Trim.Shorter(request(U3), 4, Integer.MAX_VALUE, true));
    }

    @Test
    void nothingIsCountedWithoutALimit() {
        TokenCounter broken = message -> {
            throw new AssertionError("counted");
        };
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(Trim.before(five, ContextWindow.auto().withCounter(broken), null))
                .isEqualTo(new Trim.Fits(five));
        assertThat(Trim.before(five, ContextWindow.off().withCounter(broken), 1))
                .isEqualTo(new Trim.Fits(five));
    }

    @Test
    void theModelsWindowLimitsBeforeTheCall() {
        ContextWindow policy = ContextWindow.auto().withReserve(0).withCounter(ONE_EACH);

        assertThat(kept(Trim.before(request(RULES, U1, A1, U2, A2, U3), policy, 4)))
                .containsExactly(RULES, U2, A2, U3);
    }

    @Test
    void afterAnOverflowTheWindowThatWasToldIsObeyedToo() {
        ContextWindow policy = ContextWindow.auto().withReserve(0).withCounter(ONE_EACH);
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(kept(Trim.after(five, policy, null))).containsExactly(RULES, U2, A2, U3);
        assertThat(kept(Trim.after(five, policy, 100))).containsExactly(RULES, U2, A2, U3);
        assertThat(kept(Trim.after(five, policy, 3))).containsExactly(RULES, U3);
    }

    @Test
    void nothingIsDroppedAfterAnOverflowIfThePolicySaysSo() {
        ChatRequest five = request(RULES, U1, A1, U2, A2, U3);

        assertThat(Trim.after(five, ContextWindow.off(), 3)).isEqualTo(new Trim.Stuck(five));
    }

    private static ChatRequest request(Message... messages) {
        return ChatRequest.of("m", List.of(messages));
    }

    private static List<Message> kept(Trim.Outcome outcome) {
        return outcome.request().messages();
    }
}
