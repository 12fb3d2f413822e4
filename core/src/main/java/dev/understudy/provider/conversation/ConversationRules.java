package dev.understudy.provider.conversation;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Forms of a conversation that a target refuses. {@link ConversationFitter} changes a copy of the conversation
 * accordingly.
 *
 * @param turns rules for the order and kind of messages
 * @param tools rules for tool calls and results
 */
public record ConversationRules(Set<Turn> turns, Tools tools) {

    /** A rule for the order and kind of messages. */
    public enum Turn {
        /** System messages are joined to one at the beginning. */
        ONE_SYSTEM_MESSAGE,
        /** Consecutive messages of the user, or of the assistant, are joined. */
        ALTERNATING,
        /** A conversation needs a user message. */
        USER_NEEDED,
        /** The first message after the system messages is one of the user. */
        USER_FIRST,
        /** An assistant message may consist of reasoning. */
        ONLY_REASONING,
        /** A user message does not follow results of tools: one of the assistant is between them. */
        ANSWERED_RESULTS,
        /** An assistant message holds text or calls of tools, not both. */
        CALLS_APART,
        /**
         * An assistant message may hold images, sound and files; for other targets images follow in a user message, and
         * sound and files are left out.
         */
        IMAGES
    }

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

    private static final ConversationRules ANY =
            new ConversationRules(Set.of(), new Tools(false, Set.of(), false, false));

    /** Returns the rules that hold for every target. */
    public static ConversationRules any() {
        return ANY;
    }

    public ConversationRules withOneSystemMessage() {
        return with(Turn.ONE_SYSTEM_MESSAGE);
    }

    public ConversationRules withAlternating() {
        return with(Turn.ALTERNATING);
    }

    public ConversationRules withUserNeeded() {
        return with(Turn.USER_NEEDED);
    }

    public ConversationRules withUserFirst() {
        return with(Turn.USER_FIRST);
    }

    public ConversationRules withOnlyReasoning() {
        return with(Turn.ONLY_REASONING);
    }

    public ConversationRules withAnsweredResults() {
        return with(Turn.ANSWERED_RESULTS);
    }

    public ConversationRules withCallsApart() {
        return with(Turn.CALLS_APART);
    }

    public ConversationRules withImagesInAnswers() {
        return with(Turn.IMAGES);
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

    private ConversationRules with(Turn turn) {
        EnumSet<Turn> more = EnumSet.of(turn);
        more.addAll(turns);
        return new ConversationRules(Collections.unmodifiableSet(more), tools);
    }
}
