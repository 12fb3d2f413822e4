package dev.understudy.provider.openai.responses;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.json.JsonErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Items of a streamed response received so far. An item is identified by its position in the output; by its id only
 * without a position, because some servers change ids between events. Not thread-safe.
 */
final class OpenAiResponsesItems {

    private static final class Open {
        final int place;
        final int number;
        String id;
        /** Parts whose text was emitted, one bit each; parts beyond the last bit share it. */
        long said;
        /** Number of the call, -1 if the item is none. */
        int call = -1;

        String callId = "";
        String name = "";
        /** Arguments of the first event, which some servers repeat in fragments. */
        String first = "";

        final StringBuilder arguments = new StringBuilder();
        String whole = "";
        boolean done;

        @Nullable
        VendorData data;

        /** @param number number of the block */
        Open(int place, int number, String id) {
            this.place = place;
            this.number = number;
            this.id = id;
        }
    }

    /** Limit of items in one answer; each is searched among those before it. */
    static final int MAX_ITEMS = 16_384;

    private final List<Open> items = new ArrayList<>(2);
    private @Nullable Open last;
    private int calls;

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** Number of tool calls. */
    int calls() {
        return calls;
    }

    void text(int place, String id, int part, String text, Consumer<StreamChunk> out) {
        if (says(place, id, part, text)) {
            out.accept(new StreamChunk.Text(text, at(place, id).number));
        }
    }

    void refusal(int place, String id, int part, String words, Consumer<StreamChunk> out) {
        if (says(place, id, part, words)) {
            out.accept(new StreamChunk.Refusal(words, at(place, id).number));
        }
    }

    void thought(int place, String id, int part, String thought, Consumer<StreamChunk> out) {
        if (says(place, id, part, thought)) {
            out.accept(new StreamChunk.Reasoning(thought, null, at(place, id).number));
        }
    }

    private boolean says(int place, String id, int part, String words) {
        if (words.isEmpty()) {
            return false;
        }
        at(place, id).said |= bit(part);
        return true;
    }

    boolean hasSaid(int place, String id, int part) {
        return (at(place, id).said & bit(part)) != 0;
    }

    private static long bit(int part) {
        return 1L << Math.max(0, Math.min(part, Long.SIZE - 1));
    }

    void begin(int place, @Nullable OpenAiResponsesItem item, Consumer<StreamChunk> out) {
        if (item != null) {
            Open open = at(place, item.id());
            if (item.isCall()) {
                call(open, item, out);
            }
        }
    }

    private void call(Open open, OpenAiResponsesItem item, Consumer<StreamChunk> out) {
        if (open.call >= 0) {
            return;
        }
        open.call = calls++;
        open.callId = item.callId();
        open.name = item.name();
        open.first = item.arguments();
        out.accept(part(open, open.arguments.toString()));
    }

    /** Emits arguments; those of a call whose beginning was not received are kept until it is. */
    void arguments(int place, String id, String json, Consumer<StreamChunk> out) {
        if (json.isEmpty()) {
            return;
        }
        Open open = at(place, id);
        open.arguments.append(json);
        if (open.call >= 0 && !open.done) {
            out.accept(part(open, json));
        }
    }

    private static StreamChunk part(Open open, String arguments) {
        return new StreamChunk.ToolCallPart(open.call, open.callId, open.name, arguments, open.number);
    }

    void wholeArguments(int place, String id, String json) {
        at(place, id).whole = json;
    }

    void done(int place, @Nullable OpenAiResponsesItem item, Consumer<StreamChunk> out) {
        if (item == null) {
            return;
        }
        Open open = at(place, item.id());
        if (open.done) {
            return;
        }
        if (item.isCall()) {
            call(open, item, out);
            if (!item.arguments().isEmpty()) {
                open.whole = item.arguments();
            }
            open.data = item.vendorData();
            close(open, out);
            return;
        }
        open.done = true;
        ContentBlock opaque = item.opaque();
        if (opaque != null) {
            out.accept(new StreamChunk.Block(opaque, open.number));
            return;
        }
        if (open.said == 0) {
            say(item, open.number, out);
        }
        if (item.reasoningSignature() != null) {
            out.accept(new StreamChunk.Reasoning("", item.reasoningSignature(), open.number));
        }
        VendorData data = item.blocks().isEmpty() ? null : item.vendorData();
        if (data != null) {
            out.accept(new StreamChunk.BlockData(data, open.number));
        }
    }

    private static void say(OpenAiResponsesItem item, int number, Consumer<StreamChunk> out) {
        if (!item.thought().isEmpty()) {
            out.accept(new StreamChunk.Reasoning(item.thought(), null, number));
        }
        if (!item.text().isEmpty()) {
            out.accept(new StreamChunk.Text(item.text(), number));
        }
        if (!item.refusal().isEmpty()) {
            out.accept(new StreamChunk.Refusal(item.refusal(), number));
        }
    }

    /** Completes a call: its received fragments are the arguments, unless the final event has different ones. */
    private static void close(Open open, Consumer<StreamChunk> out) {
        if (open.call < 0 || open.done) {
            return;
        }
        open.done = true;
        String told = open.arguments.toString();
        String arguments = !open.whole.isEmpty() ? open.whole : told.isEmpty() ? open.first : told;
        if (arguments.length() > told.length() && arguments.startsWith(told)) {
            out.accept(part(open, arguments.substring(told.length())));
        }
        out.accept(new StreamChunk.ToolCallDone(
                open.call, new ToolCall(open.callId, open.name, arguments, open.data), open.number));
    }

    /** Completes all open calls at the end of the stream. */
    void end(Consumer<StreamChunk> out) {
        items.forEach(open -> close(open, out));
    }

    private Open at(int place, String id) {
        Open recent = last;
        if (recent != null && is(recent, place, id)) {
            return recent;
        }
        for (Open open : items) {
            if (is(open, place, id)) {
                last = open;
                return open;
            }
        }
        if (items.size() == MAX_ITEMS) {
            throw JsonErrors.rejected("more than " + MAX_ITEMS + " items in one answer");
        }
        Open open = new Open(place, place >= 0 ? place : items.size(), id);
        items.add(open);
        last = open;
        return open;
    }

    private static boolean is(Open open, int place, String id) {
        return (place >= 0 && open.place >= 0) ? open.place == place : open.id.equals(id);
    }
}
