package dev.understudy.provider.openai.responses;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.json.JsonErrors;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Items of a streamed response received so far. An item is identified by its position in the output, or by its id, or
 * by its kind, because servers leave out both, repeat positions and change ids between events. Not thread-safe.
 */
final class OpenAiResponsesItems {

    /** Kind of an item, as far as an event tells it. */
    enum Kind {
        UNKNOWN,
        MESSAGE,
        REASONING,
        CALL,
        OTHER
    }

    private static final class Open {
        int place;
        final int number;
        String id;
        Kind kind;
        /** Parts whose text was emitted, one bit each; parts beyond the last bit share it. */
        long said;
        /** Number of the call, -1 if the item is none. */
        int call = -1;

        String callId = "";
        String name = "";
        /** Arguments of the first event, which some servers repeat in fragments. */
        String first = "";

        CallArguments arguments = new CallArguments();
        String whole = "";
        boolean done;

        @Nullable
        VendorData data;

        /** @param number number of the block */
        Open(int place, int number, String id, Kind kind) {
            this.place = place;
            this.number = number;
            this.id = id;
            this.kind = kind;
        }

        boolean is(int otherPlace, String otherId, Kind otherKind) {
            if (kind != otherKind && kind != Kind.UNKNOWN && otherKind != Kind.UNKNOWN) {
                return false;
            }
            boolean bothIds = !id.isEmpty() && !otherId.isEmpty();
            if (otherPlace >= 0 && place >= 0) {
                return otherPlace == place && !(done && bothIds && !id.equals(otherId));
            }
            return bothIds ? id.equals(otherId) : !done && kind == otherKind;
        }
    }

    /** Limit of items in one answer; each is searched among those before it. */
    static final int MAX_ITEMS = 4_096;

    private final List<Open> items = new ArrayList<>(2);
    private @Nullable Open last;
    private int calls;

    /** Kinds of which text was emitted. */
    private final Set<Kind> said = EnumSet.noneOf(Kind.class);

    /** Number of tool calls. */
    int calls() {
        return calls;
    }

    void text(int place, String id, int part, String text, Consumer<StreamChunk> out) {
        if (!text.isEmpty()) {
            out.accept(new StreamChunk.Text(text, saying(place, id, part, Kind.MESSAGE)));
        }
    }

    void refusal(int place, String id, int part, String words, Consumer<StreamChunk> out) {
        if (!words.isEmpty()) {
            out.accept(new StreamChunk.Refusal(words, saying(place, id, part, Kind.MESSAGE)));
        }
    }

    void thought(int place, String id, int part, String thought, Consumer<StreamChunk> out) {
        if (!thought.isEmpty()) {
            out.accept(new StreamChunk.Reasoning(thought, null, saying(place, id, part, Kind.REASONING)));
        }
    }

    /** Records that text of a part is emitted; returns the number of the block. */
    private int saying(int place, String id, int part, Kind kind) {
        Open open = at(place, id, kind);
        open.said |= bit(part);
        said.add(kind);
        return open.number;
    }

    boolean hasSaid(int place, String id, int part, Kind kind) {
        Open open = find(place, id, kind);
        return open != null && (open.said & bit(part)) != 0;
    }

    private static long bit(int part) {
        return 1L << Math.max(0, Math.min(part, Long.SIZE - 1));
    }

    void begin(int place, @Nullable OpenAiResponsesItem item, Consumer<StreamChunk> out) {
        if (item == null) {
            return;
        }
        Open open = at(place, item.id(), kind(item));
        if (item.isCall()) {
            boolean another = open.call >= 0
                    && !item.callId().isEmpty()
                    && !open.callId.isEmpty()
                    && !item.callId().equals(open.callId);
            if (another && called(item) == null) {
                close(open, out);
                open = open(place, item.id(), Kind.CALL);
            }
            call(open, item, out);
        }
    }

    private static Kind kind(OpenAiResponsesItem item) {
        return item.isCall()
                ? Kind.CALL
                : item.isReasoning() ? Kind.REASONING : item.isMessage() ? Kind.MESSAGE : Kind.OTHER;
    }

    private void call(Open open, OpenAiResponsesItem item, Consumer<StreamChunk> out) {
        if (open.call >= 0) {
            return;
        }
        if (item.isCustomCall() && open.arguments.isEmpty()) {
            open.arguments = new CallArguments(false);
        }
        if (!item.arguments().isEmpty()) {
            open.first = item.arguments();
        }
        open.callId = item.callId();
        open.name = item.name();
        if (!open.name.isEmpty()) {
            open.call = calls++;
            out.accept(part(open, open.arguments.fresh()));
        }
    }

    /** Emits arguments; those of a call whose beginning was not received are kept until it is. */
    void arguments(int place, String id, String json, boolean custom, Consumer<StreamChunk> out) {
        if (json.isEmpty()) {
            return;
        }
        Open open = at(place, id, Kind.CALL);
        if (custom && open.arguments.isEmpty()) {
            open.arguments = new CallArguments(false);
        }
        open.arguments.add(json);
        String fresh = open.call >= 0 && !open.done ? open.arguments.fresh() : "";
        if (!fresh.isEmpty()) {
            out.accept(part(open, fresh));
        }
    }

    private static StreamChunk part(Open open, String arguments) {
        return new StreamChunk.ToolCallPart(open.call, open.callId, open.name, arguments, open.number);
    }

    void wholeArguments(int place, String id, String json) {
        if (!json.isEmpty()) {
            at(place, id, Kind.CALL).whole = json;
        }
    }

    void done(int place, @Nullable OpenAiResponsesItem item, Consumer<StreamChunk> out) {
        if (item == null) {
            return;
        }
        Open open = at(place, item.id(), kind(item));
        if (item.isCall()) {
            Open again = called(item);
            done(again == null ? open : again, item, out);
            return;
        }
        if (open.done) {
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

    private void done(Open open, OpenAiResponsesItem item, Consumer<StreamChunk> out) {
        if (open.done) {
            return;
        }
        call(open, item, out);
        if (!item.arguments().isEmpty()) {
            open.whole = item.arguments();
        }
        open.data = item.vendorData();
        close(open, out);
    }

    /** Returns the call with the id of an item; null for none. */
    private @Nullable Open called(OpenAiResponsesItem item) {
        for (Open open : items) {
            if (!open.callId.isEmpty() && open.callId.equals(item.callId())) {
                return open;
            }
        }
        return null;
    }

    /**
     * Adds items that the last event repeats: those of which nothing was received, because a server sent no other
     * events.
     */
    void rest(List<OpenAiResponsesItem> output, Consumer<StreamChunk> out) {
        boolean nothing = items.isEmpty();
        Set<Kind> received = EnumSet.copyOf(said);
        if (output.stream().filter(OpenAiResponsesItem::isCall).count() <= calls) {
            received.add(Kind.CALL);
        }
        for (int i = 0; i < output.size(); i++) {
            OpenAiResponsesItem item = output.get(i);
            Kind kind = kind(item);
            Open known = kind == Kind.CALL ? called(item) : find(nothing ? i : -1, item.id(), kind);
            if (known != null && !known.id.isEmpty() && known.id.equals(item.id())) {
                done(known.place, item, out);
            } else if (nothing || (known == null && kind != Kind.OTHER && !received.contains(kind))) {
                done(nothing ? i : -1, item, out);
            }
        }
    }

    private void say(OpenAiResponsesItem item, int number, Consumer<StreamChunk> out) {
        if (!item.thought().isEmpty()) {
            said.add(Kind.REASONING);
            out.accept(new StreamChunk.Reasoning(item.thought(), null, number));
        }
        if (!item.text().isEmpty()) {
            said.add(Kind.MESSAGE);
            out.accept(new StreamChunk.Text(item.text(), number));
        }
        if (!item.refusal().isEmpty()) {
            said.add(Kind.MESSAGE);
            out.accept(new StreamChunk.Refusal(item.refusal(), number));
        }
    }

    /** Completes a call: its received fragments are the arguments, unless the final event has different ones. */
    private static void close(Open open, Consumer<StreamChunk> out) {
        if (open.done) {
            return;
        }
        if (open.call < 0) {
            if (open.kind == Kind.CALL && hasArguments(open)) {
                throw CallArguments.rejected("arguments of a tool call that never began");
            }
            return;
        }
        open.done = true;
        String rest = open.arguments.rest();
        String told = open.arguments.isMissing() ? "" : open.arguments.text();
        String shown = told.substring(0, told.length() - Math.min(rest.length(), told.length()));
        String arguments = arguments(open, told);
        if (arguments.length() > shown.length() && arguments.startsWith(shown)) {
            out.accept(part(open, arguments.substring(shown.length())));
        }
        out.accept(new StreamChunk.ToolCallDone(
                open.call, new ToolCall(open.callId, open.name, arguments, open.data), open.number));
    }

    /** Chooses the arguments: the final ones, unless they are only a placeholder for others. */
    private static String arguments(Open open, String told) {
        if (!isMissing(open.whole) || (!told.isEmpty() && open.whole.startsWith(told))) {
            return open.whole;
        }
        if (!told.isEmpty()) {
            return told;
        }
        String placeholder = open.whole.isEmpty() ? open.arguments.text() : open.whole;
        return isMissing(open.first) && !placeholder.isEmpty() ? placeholder : open.first;
    }

    private static boolean isMissing(String arguments) {
        return arguments.isEmpty() || arguments.equals("{}");
    }

    private static boolean hasArguments(Open open) {
        return !open.arguments.isMissing() || !isMissing(open.whole);
    }

    /** Completes all open calls at the end of the stream. */
    void end(Consumer<StreamChunk> out) {
        adopt(out);
        items.forEach(open -> close(open, out));
    }

    /** Gives arguments that arrived for an unknown item to the only call that has none. */
    private void adopt(Consumer<StreamChunk> out) {
        List<Open> waiting = items.stream()
                .filter(open -> open.call >= 0 && !open.done && !hasArguments(open) && isMissing(open.first))
                .toList();
        List<Open> lost = items.stream()
                .filter(open -> open.kind == Kind.CALL && open.call < 0 && !open.done && hasArguments(open))
                .toList();
        if (waiting.size() == 1 && lost.size() == 1) {
            waiting.get(0).whole =
                    isMissing(lost.get(0).whole) ? lost.get(0).arguments.text() : lost.get(0).whole;
            lost.get(0).done = true;
            close(waiting.get(0), out);
        }
    }

    private Open at(int place, String id, Kind kind) {
        Open found = find(place, id, kind);
        if (found == null) {
            return open(place, id, kind);
        }
        if (found.place < 0) {
            found.place = place;
        }
        if (found.id.isEmpty()) {
            found.id = id;
        }
        if (found.kind == Kind.UNKNOWN) {
            found.kind = kind;
        }
        return found;
    }

    private @Nullable Open find(int place, String id, Kind kind) {
        Open recent = last;
        if (recent != null && recent.is(place, id, kind)) {
            return recent;
        }
        for (int i = items.size() - 1; i >= 0; i--) {
            if (items.get(i).is(place, id, kind)) {
                last = items.get(i);
                return last;
            }
        }
        return null;
    }

    private Open open(int place, String id, Kind kind) {
        if (items.size() == MAX_ITEMS) {
            throw JsonErrors.rejected("more than " + MAX_ITEMS + " items in one answer");
        }
        int number = place >= 0 ? place : items.size();
        int highest = -1;
        boolean taken = false;
        for (Open open : items) {
            taken |= open.number == number;
            highest = Math.max(highest, open.number);
        }
        Open open = new Open(place, taken ? highest + 1 : number, id, kind);
        items.add(open);
        last = open;
        return open;
    }
}
