package dev.understudy.gateway.responses;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the items of an answer and its conversation, if the client wants that.
 *
 * @param held keeps them for the client
 * @param isKept false for {@code "store": false}
 * @param messages the conversation up to the answer; {@code null} if this instance does not know it, and keeps nothing
 */
record ResponsesConversation(
        HeldItems.Of held, boolean isKept, @Nullable List<Message> messages) {

    /** Returns the conversation of a stream that is read again, as far as this instance knows it. */
    static ResponsesConversation again(HeldItems.Of held, boolean isKept, String id) {
        return new ResponsesConversation(held, isKept, held.findConversation(before(id)));
    }

    private static String before(String id) {
        return "before " + id;
    }

    /** Keeps the conversation up to the answer for later readers of its stream. */
    void keepMessages(String id) {
        if (isKept && messages != null) {
            held.keepConversation(before(id), messages);
        }
    }

    /** Keeps a block under the id of its last item: those before it hold data of the vendor only. */
    void keep(List<ObjectNode> items, ContentBlock block) {
        if (isKept && messages != null && !items.isEmpty()) {
            String id = items.get(items.size() - 1).path("id").asString("");
            held.keep(id, List.of(block));
            items.subList(0, items.size() - 1)
                    .forEach(hidden -> held.keep(hidden.path("id").asString(""), List.of()));
        }
    }

    /** Keeps the conversation with the answer. The instructions of a call are not those of the next one. */
    void keepConversation(String id, List<ContentBlock> answer) {
        if (isKept && messages != null) {
            List<Message> all = new ArrayList<>(messages);
            all.add(new Message.Assistant(answer));
            held.keepConversation(id, all);
            held.remove(before(id));
        }
    }
}
