package dev.understudy.gateway.responses;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.key.Sha256;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Items and conversations of recent answers, so that a client may name them instead of sending them again: by {@code
 * item_reference} and {@code previous_response_id}. Kept in the memory of this instance, bounded by their size; the
 * oldest go first. Thread-safe.
 */
final class HeldItems {

    /** An answer with the conversation that led to it. */
    private record Held(
            String owner,
            @Nullable List<ContentBlock> blocks,
            @Nullable List<Message> conversation,
            long size) {}

    private final long most;
    private final Map<String, Held> held = new LinkedHashMap<>();
    private long size;

    /** @param most limit of characters */
    HeldItems(long most) {
        this.most = most;
    }

    /** Returns a name of a client that tells nothing about its key. */
    static String owner(String key) {
        return HexFormat.of().formatHex(Sha256.of(key));
    }

    private synchronized void put(String id, Held answer) {
        if (answer.size() > most) {
            return;
        }
        Held before = held.put(id, answer);
        size += answer.size() - (before == null ? 0 : before.size());
        for (Iterator<Held> oldest = held.values().iterator(); size > most && oldest.hasNext(); ) {
            size -= oldest.next().size();
            oldest.remove();
        }
    }

    private List<ContentBlock> item(String id, String owner, String field) {
        Held found = find(id, owner);
        if (found == null || found.blocks() == null) {
            throw BadRequest.field(
                    field,
                    field + " names an item that this gateway does not hold: send the items themselves, as with"
                            + " \"store\": false");
        }
        return found.blocks();
    }

    private List<Message> conversation(String id, String owner) {
        Held found = find(id, owner);
        if (found == null || found.conversation() == null) {
            throw BadRequest.field(
                    "previous_response_id",
                    "previous_response_id names an answer that this gateway does not hold: send the whole input");
        }
        return found.conversation();
    }

    private @Nullable List<Message> findConversation(String id, String owner) {
        Held found = find(id, owner);
        return found == null ? null : found.conversation();
    }

    private synchronized void remove(String id, String owner) {
        Held found = find(id, owner);
        if (found != null) {
            held.remove(id);
            size -= found.size();
        }
    }

    private synchronized @Nullable Held find(String id, String owner) {
        Held found = held.get(id);
        return found != null && found.owner().equals(owner) ? found : null;
    }

    /** Returns the items of one client. */
    Of of(String owner) {
        return new Of(this, owner);
    }

    /**
     * Items of one client.
     *
     * @param owner the client
     */
    record Of(HeldItems items, String owner) {

        List<ContentBlock> item(String id, String field) {
            return items.item(id, owner, field);
        }

        List<Message> conversation(String id) {
            return items.conversation(id, owner);
        }

        @Nullable
        List<Message> findConversation(String id) {
            return items.findConversation(id, owner);
        }

        void remove(String id) {
            items.remove(id, owner);
        }

        void keep(String id, List<ContentBlock> blocks) {
            items.put(id, new Held(owner, blocks, null, sizeOf(blocks)));
        }

        void keepConversation(String id, List<Message> conversation) {
            long all = conversation.stream().mapToLong(ItemSize::of).sum();
            items.put(id, new Held(owner, null, conversation, all));
        }
    }

    private static long sizeOf(List<ContentBlock> blocks) {
        return blocks.stream().mapToLong(ItemSize::of).sum();
    }
}
