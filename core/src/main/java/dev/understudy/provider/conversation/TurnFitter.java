package dev.understudy.provider.conversation;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.provider.conversation.ConversationRules.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Applies the rules for the order and kind of messages. */
final class TurnFitter {

    static final String SEPARATOR = "\n\n";

    /** Text of a user message that a target demands and the conversation does not have. */
    private static final String GO_ON = "Continue.";

    /** Text of an assistant message that a target demands between results of tools and the user. */
    private static final String NOTED = "Noted.";

    private TurnFitter() {}

    static List<Message> messages(List<Message> messages, Set<Turn> rules, List<String> changes) {
        List<Message> shown = rules.contains(Turn.IMAGES) ? messages : AnswerImages.repeated(messages);
        if (!isSame(shown, messages)) {
            changes.add("images");
        }
        List<Message> fitted = withoutEmpty(shown, rules, changes);
        if (rules.contains(Turn.USER_NEEDED)) {
            fitted = withUser(fitted, changes);
        }
        if (rules.contains(Turn.ONE_SYSTEM_MESSAGE)) {
            fitted = withOneSystem(fitted, changes);
        }
        if (rules.contains(Turn.USER_FIRST)) {
            fitted = withUserFirst(fitted, changes);
        }
        if (rules.contains(Turn.ANSWERED_RESULTS)) {
            fitted = withAnsweredResults(fitted, changes);
        }
        if (rules.contains(Turn.CALLS_APART)) {
            fitted = withCallsApart(fitted, changes);
        }
        return rules.contains(Turn.ALTERNATING) ? alternating(fitted, changes) : fitted;
    }

    @SuppressWarnings("ReferenceEquality") // rules return the same list when they change nothing
    private static boolean isSame(List<Message> one, List<Message> other) {
        return one == other;
    }

    private static List<Message> withoutEmpty(List<Message> messages, Set<Turn> rules, List<String> changes) {
        boolean none = true;
        for (Message message : messages) {
            none &= !isEmpty(message, rules);
        }
        if (none) {
            return messages;
        }
        List<Message> kept =
                messages.stream().filter(message -> !isEmpty(message, rules)).toList();
        if (kept.isEmpty()) {
            return messages;
        }
        changes.add("empty_turns");
        return kept;
    }

    /** Returns true for an assistant message without anything that can be sent. */
    private static boolean isEmpty(Message message, Set<Turn> rules) {
        if (!(message instanceof Message.Assistant assistant)) {
            return false;
        }
        for (ContentBlock block : assistant.blocks()) {
            if (isSendable(block, rules)) {
                return false;
            }
        }
        return true;
    }

    /** Returns true for a block that the target accepts; sound with vendor data is the target's own. */
    private static boolean isSendable(ContentBlock block, Set<Turn> rules) {
        if (block instanceof ReasoningBlock reasoning) {
            return rules.contains(Turn.ONLY_REASONING) && reasoning.signature() != null;
        }
        if (block instanceof ContentBlock.Text text) {
            return !text.text().isBlank() || text.vendorData() != null;
        }
        return !(block instanceof ContentBlock.Audio || block instanceof ContentBlock.File)
                || rules.contains(Turn.IMAGES)
                || block.vendorData() != null;
    }

    /** The last system message is said by the user if nothing else is. */
    private static List<Message> withUser(List<Message> messages, List<String> changes) {
        int lastSystem = -1;
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (message instanceof Message.User) {
                return messages;
            }
            lastSystem = message instanceof Message.System ? i : lastSystem;
        }
        changes.add("user_turn");
        List<Message> fitted = new ArrayList<>(messages);
        if (lastSystem >= 0 && messages.get(lastSystem) instanceof Message.System system) {
            fitted.set(lastSystem, Message.user(system.text()));
        } else {
            fitted.add(0, Message.user(GO_ON));
        }
        return fitted;
    }

    private static List<Message> withOneSystem(List<Message> messages, List<String> changes) {
        List<String> texts = new ArrayList<>(1);
        Message.CacheHint hint = Message.CacheHint.NONE;
        boolean first = true;
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i) instanceof Message.System system) {
                first &= i == 0;
                texts.add(system.text());
                hint = system.cacheHint();
            }
        }
        if (texts.isEmpty() || (first && texts.size() == 1)) {
            return messages;
        }
        changes.add("system_messages");
        List<Message> fitted = new ArrayList<>(messages.size());
        fitted.add(new Message.System(String.join(SEPARATOR, texts), hint));
        for (Message message : messages) {
            if (!(message instanceof Message.System)) {
                fitted.add(message);
            }
        }
        return fitted;
    }

    private static List<Message> withUserFirst(List<Message> messages, List<String> changes) {
        int at = 0;
        while (at < messages.size() && messages.get(at) instanceof Message.System) {
            at++;
        }
        if (at == messages.size() || !(messages.get(at) instanceof Message.Assistant)) {
            return messages;
        }
        changes.add("user_turn");
        List<Message> fitted = new ArrayList<>(messages);
        fitted.add(at, Message.user(GO_ON));
        return fitted;
    }

    private static List<Message> withAnsweredResults(List<Message> messages, List<String> changes) {
        List<Message> fitted = new ArrayList<>(messages.size());
        boolean afterResult = false;
        for (Message message : messages) {
            if (afterResult && message instanceof Message.User) {
                fitted.add(Message.assistant(NOTED));
            }
            fitted.add(message);
            // Some targets put system messages elsewhere, so that the messages around one meet.
            afterResult = message instanceof Message.ToolResult || (afterResult && message instanceof Message.System);
        }
        if (fitted.size() == messages.size()) {
            return messages;
        }
        changes.add("assistant_turn");
        return fitted;
    }

    /** Divides messages with text and calls: the calls follow in another message, because their results come next. */
    private static List<Message> withCallsApart(List<Message> messages, List<String> changes) {
        List<Message> fitted = new ArrayList<>(messages.size());
        for (Message message : messages) {
            List<ContentBlock> words = new ArrayList<>(0);
            List<ContentBlock> others = new ArrayList<>(0);
            if (message instanceof Message.Assistant assistant
                    && !assistant.toolCalls().isEmpty()) {
                assistant.blocks().forEach(block -> (isSaid(block) ? words : others).add(block));
            }
            if (words.isEmpty()) {
                fitted.add(message);
            } else {
                fitted.add(new Message.Assistant(words));
                fitted.add(Message.user(GO_ON));
                fitted.add(((Message.Assistant) message).withBlocks(others));
            }
        }
        if (fitted.size() == messages.size()) {
            return messages;
        }
        changes.add("text_beside_calls");
        return fitted;
    }

    private static boolean isSaid(ContentBlock block) {
        return (block instanceof ContentBlock.Text text && !text.text().isBlank())
                || block instanceof ContentBlock.Refusal
                || block instanceof ContentBlock.Image;
    }

    private static List<Message> alternating(List<Message> messages, List<String> changes) {
        List<Message> fitted = new ArrayList<>(messages.size());
        for (Message message : messages) {
            Message before = fitted.isEmpty() ? null : fitted.get(fitted.size() - 1);
            Message joined = joined(before, message);
            if (joined == null) {
                fitted.add(message);
            } else {
                fitted.set(fitted.size() - 1, joined);
            }
        }
        if (fitted.size() == messages.size()) {
            return messages;
        }
        changes.add("equal_roles");
        return fitted;
    }

    private static @Nullable Message joined(@Nullable Message before, Message message) {
        if (before instanceof Message.User one && message instanceof Message.User other) {
            List<Message.Part> parts = new ArrayList<>(one.parts());
            parts.add(new Message.Part.Text(SEPARATOR));
            parts.addAll(other.parts());
            return new Message.User(parts);
        }
        if (before instanceof Message.Assistant one && message instanceof Message.Assistant other) {
            List<ContentBlock> blocks = new ArrayList<>(one.blocks());
            if (!one.text().isEmpty() && !other.text().isEmpty()) {
                blocks.add(new ContentBlock.Text(SEPARATOR));
            }
            blocks.addAll(other.blocks());
            return new Message.Assistant(blocks, other.cacheHint());
        }
        return null;
    }
}
