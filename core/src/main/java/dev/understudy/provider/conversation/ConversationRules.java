package dev.understudy.provider.conversation;

import java.util.Set;

/**
 * Forms of a conversation that a target refuses. {@link ConversationFitter} changes a copy of the conversation
 * accordingly.
 *
 * @param turns rules for the order and kind of messages
 * @param tools rules for tool calls and results
 */
public record ConversationRules(Turns turns, Tools tools) {

    /**
     * Rules for the order and kind of messages.
     *
     * @param oneSystemMessage system messages are joined to one at the beginning
     * @param alternating consecutive messages of the user, or of the assistant, are joined
     * @param userNeeded a conversation needs a user message
     * @param userFirst the first message after the system messages is one of the user
     * @param onlyReasoning an assistant message may consist of reasoning
     * @param answeredResults a user message does not follow results of tools: one of the assistant is between them
     * @param callsApart an assistant message holds text or calls of tools, not both
     * @param images an assistant message may hold images, sound and files; for other targets images follow in a user
     *     message, and sound and files are left out
     */
    public record Turns(
            boolean oneSystemMessage,
            boolean alternating,
            boolean userNeeded,
            boolean userFirst,
            boolean onlyReasoning,
            boolean answeredResults,
            boolean callsApart,
            boolean images) {}

    /**
     * Rules for tool calls and results.
     *
     * @param declared a conversation with tool calls needs declared tools
     * @param reservedKeys keys that have a meaning for the target in results that are JSON objects
     * @param images results may hold images; those of other targets follow in a user message
     * @param files results may hold files; those of other targets follow in a user message
     */
    public record Tools(boolean declared, Set<String> reservedKeys, boolean images, boolean files) {
        /** Copies the keys. */
        public Tools {
            reservedKeys = Set.copyOf(reservedKeys);
        }
    }

    private static final ConversationRules ANY = new ConversationRules(
            new Turns(false, false, false, false, false, false, false, false),
            new Tools(false, Set.of(), false, false));

    /** Returns the rules that hold for every target. */
    public static ConversationRules any() {
        return ANY;
    }

    public ConversationRules withOneSystemMessage() {
        return withTurns(new Turns(
                true,
                turns.alternating,
                turns.userNeeded,
                turns.userFirst,
                turns.onlyReasoning,
                turns.answeredResults,
                turns.callsApart,
                turns.images));
    }

    public ConversationRules withAlternating() {
        return withTurns(new Turns(
                turns.oneSystemMessage,
                true,
                turns.userNeeded,
                turns.userFirst,
                turns.onlyReasoning,
                turns.answeredResults,
                turns.callsApart,
                turns.images));
    }

    public ConversationRules withUserNeeded() {
        return withTurns(new Turns(
                turns.oneSystemMessage,
                turns.alternating,
                true,
                turns.userFirst,
                turns.onlyReasoning,
                turns.answeredResults,
                turns.callsApart,
                turns.images));
    }

    public ConversationRules withUserFirst() {
        return withTurns(new Turns(
                turns.oneSystemMessage,
                turns.alternating,
                turns.userNeeded,
                true,
                turns.onlyReasoning,
                turns.answeredResults,
                turns.callsApart,
                turns.images));
    }

    public ConversationRules withOnlyReasoning() {
        return withTurns(new Turns(
                turns.oneSystemMessage,
                turns.alternating,
                turns.userNeeded,
                turns.userFirst,
                true,
                turns.answeredResults,
                turns.callsApart,
                turns.images));
    }

    public ConversationRules withAnsweredResults() {
        return withTurns(new Turns(
                turns.oneSystemMessage,
                turns.alternating,
                turns.userNeeded,
                turns.userFirst,
                turns.onlyReasoning,
                true,
                turns.callsApart,
                turns.images));
    }

    public ConversationRules withCallsApart() {
        return withTurns(new Turns(
                turns.oneSystemMessage,
                turns.alternating,
                turns.userNeeded,
                turns.userFirst,
                turns.onlyReasoning,
                turns.answeredResults,
                true,
                turns.images));
    }

    public ConversationRules withImagesInAnswers() {
        return withTurns(new Turns(
                turns.oneSystemMessage,
                turns.alternating,
                turns.userNeeded,
                turns.userFirst,
                turns.onlyReasoning,
                turns.answeredResults,
                turns.callsApart,
                true));
    }

    public ConversationRules withDeclaredTools() {
        return new ConversationRules(turns, new Tools(true, tools.reservedKeys, tools.images, tools.files));
    }

    public ConversationRules withReservedKeys(String... keys) {
        return new ConversationRules(turns, new Tools(tools.declared, Set.of(keys), tools.images, tools.files));
    }

    public ConversationRules withMediaInResults() {
        return new ConversationRules(turns, new Tools(tools.declared, tools.reservedKeys, true, true));
    }

    public ConversationRules withImagesInResults() {
        return new ConversationRules(turns, new Tools(tools.declared, tools.reservedKeys, true, tools.files));
    }

    private ConversationRules withTurns(Turns turns) {
        return new ConversationRules(turns, tools);
    }
}
