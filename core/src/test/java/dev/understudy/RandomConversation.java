package dev.understudy;

import dev.understudy.chat.Message;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A random conversation of roughly valid form, and the tool exchange that each message belongs to.
 *
 * @param messages the messages, each with a different text
 * @param exchange for each message the index of the assistant message that began its exchange, or its own index
 */
public record RandomConversation(List<Message> messages, List<Integer> exchange) {

    private record Pending(ToolCall call, int caller) {}

    public static RandomConversation random(RandomGenerator random, int longest) {
        RandomConversation history = new RandomConversation(new ArrayList<>(), new ArrayList<>());
        List<Pending> pending = new ArrayList<>();
        int size = 1 + random.nextInt(longest);
        boolean users = random.nextInt(20) != 0;
        while (history.messages.size() < size) {
            int at = history.messages.size();
            if (!pending.isEmpty() && random.nextInt(10) != 0) {
                Pending answered = pending.remove(random.nextInt(pending.size()));
                history.add(Message.toolResult(answered.call, words(random, at)), answered.caller);
            } else {
                history.add(said(random, at, users, pending), at);
            }
        }
        return history;
    }

    private static Message said(RandomGenerator random, int at, boolean users, List<Pending> pending) {
        int kind = random.nextInt(at == 0 ? 3 : 10);
        if (kind == 0) {
            return Message.system(words(random, at));
        }
        if (kind < 5 && users) {
            return random.nextInt(8) == 0
                    ? Message.user(words(random, at), Message.Image.url("https://pictures.test/" + at))
                    : Message.user(words(random, at));
        }
        if (kind < 7) {
            return Message.assistant(words(random, at));
        }
        boolean idsComeAgain = pending.isEmpty() && random.nextBoolean();
        ToolCall[] calls = new ToolCall[1 + random.nextInt(3)];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = new ToolCall((idsComeAgain ? "again_" : "call_" + at + '_') + i, "look", "{\"n\":" + i + "}");
            pending.add(new Pending(calls[i], at));
        }
        return Message.assistant(words(random, at), calls);
    }

    private static String words(RandomGenerator random, int at) {
        return at + ":" + "w".repeat(random.nextInt(random.nextInt(5) == 0 ? 400 : 40));
    }

    private void add(Message message, int caller) {
        messages.add(message);
        exchange.add(caller);
    }
}
