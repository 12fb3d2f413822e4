package dev.understudy.provider.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationFitterTest {

    private static final ConversationRules ANY = ConversationRules.any();
    private static final ToolCall ONE = new ToolCall("c1", "clock", "{}");
    private static final ToolCall TWO = new ToolCall("c2", "clock", "{}");
    private static final Message ASK = Message.user("q");

    @Test
    void conversationThatFitsIsTheSameList() {
        List<Message> messages = List.of(
                Message.system("s"),
                ASK,
                Message.assistant("", ONE, TWO),
                Message.toolResult(TWO, "2"),
                Message.toolResult(ONE, "1"),
                Message.assistant("a"),
                Message.assistant("", ONE));
        ConversationRules all = ANY.withUserFirst().withUserNeeded().withOneSystemMessage();
        FittedConversation fitted = ConversationFitter.fit(messages, ToolSet.empty(), all);
        assertThat(fitted.messages()).isSameAs(messages);
        assertThat(fitted.toolSet()).isSameAs(ToolSet.empty());
        assertThat(fitted.changes()).isEmpty();
    }

    @Test
    void resultsAreMovedBehindTheirCalls() {
        assertThat(fit(
                        ANY,
                        "tool_results",
                        ASK,
                        Message.assistant("", ONE, TWO),
                        Message.toolResult(ONE, "1"),
                        Message.user("hurry"),
                        Message.toolResult(TWO, "2")))
                .containsExactly(
                        ASK,
                        Message.assistant("", ONE, TWO),
                        Message.toolResult(ONE, "1"),
                        Message.toolResult(TWO, "2"),
                        Message.user("hurry"));
    }

    @Test
    void callWithoutResultGetsOneThatSaysSo() {
        assertThat(fit(ANY, "tool_results", ASK, Message.assistant("", ONE), Message.user("never mind")))
                .containsExactly(
                        ASK,
                        Message.assistant("", ONE),
                        Message.toolError(ONE, "The call has no result."),
                        Message.user("never mind"));
    }

    @Test
    void resultWithoutCallBecomesUserText() {
        assertThat(fit(ANY, "tool_results", ASK, Message.toolResult(ONE, "noon"), Message.user("so?")))
                .containsExactly(ASK, Message.user("Result of clock: noon"), Message.user("so?"));
    }

    @Test
    void resultBelongsToTheLatestCallOfItsId() {
        List<Message> messages = List.of(
                ASK,
                Message.assistant("", ONE),
                Message.toolResult(ONE, "first"),
                Message.assistant("", ONE),
                Message.toolResult(ONE, "second"));
        assertThat(ConversationFitter.fit(messages, ToolSet.empty(), ANY).messages())
                .isSameAs(messages);
    }

    @Test
    void failedToolWithoutWordsGetsSome() {
        assertThat(fit(ANY, "tool_results", ASK, Message.assistant("", ONE), Message.toolError(ONE, " ")))
                .last()
                .isEqualTo(Message.toolError(ONE, "The tool failed without a message."));
    }

    @Test
    void resultWithAReservedKeyBecomesText() {
        String schema = "{\"a\":[{\"$ref\":\"#/x\"}]}";
        Message.ToolResult fitted = (Message.ToolResult) fit(
                        ANY.withReservedKeys("$ref"),
                        "tool_results",
                        ASK,
                        Message.assistant("", ONE),
                        Message.toolResult(ONE, schema))
                .get(2);
        assertThat(fitted.content()).isEqualTo("{\"result\":\"{\\\"a\\\":[{\\\"$ref\\\":\\\"#/x\\\"}]}\"}");
        List<Message> harmless =
                List.of(ASK, Message.assistant("", ONE), Message.toolResult(ONE, "see \"$ref\" there"));
        assertThat(ConversationFitter.fit(harmless, ToolSet.empty(), ANY.withReservedKeys("$ref"))
                        .messages())
                .isSameAs(harmless);
    }

    @Test
    void userDoesNotFollowResultsWhereTheyAreAnswered() {
        assertThat(fit(
                        ANY.withAnsweredResults(),
                        "assistant_turn",
                        ASK,
                        Message.assistant("", ONE),
                        Message.toolResult(ONE, "1"),
                        ASK))
                .containsExactly(
                        ASK,
                        Message.assistant("", ONE),
                        Message.toolResult(ONE, "1"),
                        Message.assistant("Noted."),
                        ASK);
    }

    @Test
    void systemMessageBetweenResultsAndUserDoesNotHideThem() {
        Message result = Message.toolResult(ONE, "1");
        Message system = Message.system("Be brief.");
        assertThat(fit(
                        ANY.withAnsweredResults(),
                        "assistant_turn",
                        ASK,
                        Message.assistant("", ONE),
                        result,
                        system,
                        ASK))
                .containsExactly(ASK, Message.assistant("", ONE), result, system, Message.assistant("Noted."), ASK);
    }

    @Test
    void toolsOfTheHistoryAreDeclaredAndMayNotBeCalled() {
        FittedConversation fitted = ConversationFitter.fit(
                List.of(
                        ASK,
                        Message.assistant("", ONE, TWO),
                        Message.toolResult(ONE, "1"),
                        Message.toolResult(TWO, "2")),
                ToolSet.empty(),
                ANY.withDeclaredTools());
        assertThat(fitted.toolSet().tools()).extracting(Tool::name).containsExactly("clock");
        assertThat(fitted.toolSet().choice()).isEqualTo(ToolSet.Choice.none());
        assertThat(fitted.changes()).containsExactly("tools");
        assertThat(ConversationFitter.fit(List.of(ASK), ToolSet.empty(), ANY.withDeclaredTools())
                        .toolSet())
                .isSameAs(ToolSet.empty());
    }

    @Test
    void namesOfCallsHaveCharactersThatEveryVendorAccepts() {
        ToolCall odd = new ToolCall("c1", "my.tool/v2", "{}");
        List<Message> fitted = fit(ANY, "tool_names", ASK, Message.assistant("", odd), Message.toolResult(odd, "1"));
        assertThat(((Message.Assistant) fitted.get(1)).toolCalls().get(0).name())
                .isEqualTo("my_tool_v2");
        assertThat(((Message.ToolResult) fitted.get(2)).name()).isEqualTo("my_tool_v2");
    }

    @Test
    void emptyAssistantTurnIsLeftOut() {
        Message onlyReasoning = new Message.Assistant("", List.of(), List.of(ReasoningBlock.of("hm")));
        assertThat(fit(ANY, "empty_turns", ASK, Message.assistant(""), onlyReasoning, Message.user("And?")))
                .containsExactly(ASK, Message.user("And?"));
        Message signed = new Message.Assistant(
                "",
                List.of(),
                List.of(new ReasoningBlock("hm", new ReasoningBlock.Signature("s", false, "anthropic"))));
        List<Message> kept = List.of(ASK, signed, Message.user("And?"));
        assertThat(ConversationFitter.fit(kept, ToolSet.empty(), ANY.withOnlyReasoning())
                        .messages())
                .isSameAs(kept);
    }

    @Test
    void systemMessagesAreJoinedAtTheBeginning() {
        assertThat(fit(
                        ANY.withOneSystemMessage(),
                        "system_messages",
                        Message.system("Terse."),
                        ASK,
                        Message.system("Blue.")))
                .containsExactly(Message.system("Terse.\n\nBlue."), ASK);
    }

    @Test
    void equalRolesInARowAreJoined() {
        List<Message> fitted = fit(
                ANY.withAlternating(),
                "equal_roles",
                Message.user("One."),
                Message.user("Two."),
                Message.assistant("a"),
                Message.assistant("b"));
        assertThat(fitted).hasSize(2);
        assertThat(((Message.User) fitted.get(0)).text()).isEqualTo("One.\n\nTwo.");
        assertThat(fitted.get(1))
                .isEqualTo(new Message.Assistant(List.of(
                        new ContentBlock.Text("a"), new ContentBlock.Text("\n\n"), new ContentBlock.Text("b"))));
    }

    @Test
    void onlyASystemTextIsSaidByTheUser() {
        assertThat(fit(ANY.withUserNeeded(), "user_turn", Message.system("s"), Message.system("Write a haiku.")))
                .containsExactly(Message.system("s"), Message.user("Write a haiku."));
        assertThat(fit(ANY.withUserNeeded(), "user_turn", Message.assistant("a")))
                .containsExactly(Message.user("Continue."), Message.assistant("a"));
    }

    @Test
    void textBesideCallsIsAMessageOfItsOwn() {
        Message.Assistant both = new Message.Assistant(List.of(
                new ReasoningBlock("r", null), ONE, new ContentBlock.Text("I look."), TWO, new ContentBlock.Text(" ")));
        assertThat(fit(
                        ANY.withCallsApart(),
                        "text_beside_calls",
                        ASK,
                        both,
                        Message.toolResult(ONE, "1"),
                        Message.toolResult(TWO, "2"),
                        Message.assistant("Done.")))
                .containsExactly(
                        ASK,
                        Message.assistant("I look."),
                        Message.user("Continue."),
                        new Message.Assistant(
                                List.of(new ReasoningBlock("r", null), ONE, TWO, new ContentBlock.Text(" "))),
                        Message.toolResult(ONE, "1"),
                        Message.toolResult(TWO, "2"),
                        Message.assistant("Done."));
        assertThat(ConversationFitter.fit(List.of(ASK, both), ToolSet.empty(), ANY)
                        .changes())
                .isEmpty();
    }

    @Test
    void resultsKeepTheMediaThatTheTargetAllows() {
        Message.Part.Image image = new Message.Part.Image(Message.Image.of("image/png", new byte[] {1}));
        Message.Part.File file = new Message.Part.File(Message.File.of("a.pdf", "application/pdf", new byte[] {2}));
        Message both = Message.toolResult(ONE, List.of(new Message.Part.Text("Two:"), image, file));
        assertThat(fit(ANY.withImagesInResults(), "tool_results", ASK, Message.assistant("", ONE), both))
                .containsExactly(
                        ASK,
                        Message.assistant("", ONE),
                        Message.toolResult(ONE, List.of(new Message.Part.Text("Two:"), image)),
                        Message.user(List.of(new Message.Part.Text("Result of clock:\n"), file)));
        List<Message> kept = List.of(ASK, Message.assistant("", ONE), both);
        assertThat(ConversationFitter.fit(kept, ToolSet.empty(), ANY.withMediaInResults())
                        .messages())
                .isSameAs(kept);
    }

    @Test
    void conversationThatBeginsWithTheAssistantGetsAUserTurn() {
        assertThat(fit(ANY.withUserFirst(), "user_turn", Message.system("s"), Message.assistant("a"), ASK))
                .containsExactly(Message.system("s"), Message.user("Continue."), Message.assistant("a"), ASK);
    }

    private static List<Message> fit(ConversationRules rules, String change, Message... messages) {
        FittedConversation fitted = ConversationFitter.fit(List.of(messages), ToolSet.empty(), rules);
        assertThat(fitted.changes()).containsExactly(change);
        return fitted.messages();
    }
}
