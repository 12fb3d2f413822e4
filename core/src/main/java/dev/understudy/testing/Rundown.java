package dev.understudy.testing;

import dev.understudy.testing.After.Unit;
import dev.understudy.testing.Fault.Kind;
import dev.understudy.testing.Speech.Form;
import dev.understudy.testing.Speech.Question;
import dev.understudy.testing.Wire.Sort;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that will be sent for one request, and how it ends. Made from a reply by pure functions.
 *
 * @param contentType of the body
 * @param length of the body as the headers tell it; -1 for a body in chunks
 * @param events the body
 * @param close what the connection does afterwards
 */
record Rundown(String contentType, int length, List<Wire> events, Close close) {

    enum Close {
        /** It waits for the next request. */
        KEEP,
        CUT,
        RESET,
        RESET_CONNECTION,
        ABANDON,
        STALL
    }

    private static final String JSON = "application/json";
    private static final String SSE = "text/event-stream; charset=utf-8";

    static Rundown of(Reply reply, Speech speech, Question asked) {
        Fault fault = reply.fault;
        if (reply.body instanceof Body.Raw raw) {
            List<Wire> pieces = raw.pieces().stream()
                    .map(piece -> new Wire(piece, Sort.TOKEN))
                    .toList();
            boolean single = pieces.size() == 1;
            return faulty(raw.contentType(), single ? pieces.get(0).bytes().length : -1, pieces, fault, speech);
        }
        if (reply.body instanceof Body.Said said && asked.streamed() && reply.status == 200) {
            Speech spoken = reply.form.crlf() ? new CrlfSpeech(speech) : speech;
            return faulty(
                    SSE,
                    -1,
                    pinged(spoken.events(said.answer(), reply.form, asked), reply.form, spoken),
                    fault,
                    spoken);
        }
        String body = reply.body instanceof Body.Said said
                ? speech.whole(said.answer(), reply.form, asked)
                : speech.error(reply.status, ((Body.Refused) reply.body).trouble(), asked);
        if (fault != null && fault.kind() == Kind.ERROR) {
            body = speech.error(500, fault.trouble(), asked);
        }
        return unary(body.getBytes(StandardCharsets.UTF_8), fault);
    }

    private static List<Wire> pinged(List<Wire> events, Form form, Speech speech) {
        if (form.pingsBefore() == 0 && !form.pingsBetween()) {
            return events;
        }
        List<Wire> pinged = new ArrayList<>();
        boolean first = true;
        for (Wire event : events) {
            if (event.sort() == Sort.TOKEN) {
                int pings = first ? form.pingsBefore() : form.pingsBetween() ? 1 : 0;
                for (int i = 0; i < pings; i++) {
                    pinged.add(speech.ping());
                }
                first = false;
            }
            pinged.add(event);
        }
        return pinged;
    }

    /** An answer that is not streamed has no events: it breaks off before its first byte, in its middle, or at a byte. */
    private static Rundown unary(byte[] body, @Nullable Fault fault) {
        Wire whole = new Wire(body, Sort.TOKEN);
        if (fault == null || fault.kind() == Kind.ERROR) {
            return new Rundown(JSON, body.length, List.of(whole), Close.KEEP);
        }
        if (fault.kind() == Kind.GO_AWAY) {
            return new Rundown(JSON, body.length, List.of(Wire.GO_AWAY, whole), Close.KEEP);
        }
        if (fault.kind() == Kind.GARBLE) {
            Wire half = whole.first(body.length / 2);
            return new Rundown(JSON, half.bytes().length, List.of(half), Close.KEEP);
        }
        After after = fault.after();
        int sent = after.unit() == Unit.BYTES
                ? Math.min(after.count(), body.length)
                : after.count() == 0 ? 0 : body.length / 2;
        return new Rundown(JSON, body.length, sent == 0 ? List.of() : List.of(whole.first(sent)), close(fault));
    }

    private static Rundown faulty(
            String contentType, int length, List<Wire> events, @Nullable Fault fault, Speech speech) {
        if (fault == null) {
            return new Rundown(contentType, length, events, Close.KEEP);
        }
        List<Wire> sent = new ArrayList<>(until(events, fault.after()));
        if (fault.kind() == Kind.ERROR) {
            sent.add(speech.inBand(fault.trouble()));
            return new Rundown(contentType, -1, sent, Close.KEEP);
        }
        if (fault.kind() == Kind.GARBLE) {
            int whole = sent.size();
            sent.add(speech.garbled());
            sent.addAll(events.subList(Math.min(whole, events.size()), events.size()));
            return new Rundown(contentType, -1, sent, Close.KEEP);
        }
        if (fault.kind() == Kind.GO_AWAY) {
            List<Wire> all = new ArrayList<>(events);
            all.add(sent.size(), Wire.GO_AWAY);
            return new Rundown(contentType, length, all, Close.KEEP);
        }
        return new Rundown(contentType, length, sent, close(fault));
    }

    private static Close close(Fault fault) {
        return switch (fault.kind()) {
            case CUT -> Close.CUT;
            case RESET -> Close.RESET;
            case RESET_CONNECTION -> Close.RESET_CONNECTION;
            case ABANDON -> Close.ABANDON;
            case STALL -> Close.STALL;
            case ERROR, GARBLE, GO_AWAY -> Close.KEEP;
        };
    }

    private static List<Wire> until(List<Wire> events, After after) {
        return switch (after.unit()) {
            case NOTHING -> List.of();
            case EVENTS -> events.subList(0, Math.min(after.count(), events.size()));
            case TOKENS -> untilToken(events, after.count());
            case BYTES -> untilByte(events, after.count());
        };
    }

    /** With 0 tokens what opens the answer is sent; with more, nothing after the last token that counts. */
    private static List<Wire> untilToken(List<Wire> events, int count) {
        int tokens = 0;
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).sort() == Sort.TOKEN && ++tokens >= Math.max(1, count)) {
                return events.subList(0, count == 0 ? i : i + 1);
            }
        }
        return events;
    }

    private static List<Wire> untilByte(List<Wire> events, int count) {
        List<Wire> sent = new ArrayList<>();
        int left = count;
        for (Wire event : events) {
            if (left == 0) {
                break;
            }
            int part = Math.min(left, event.bytes().length);
            sent.add(part == event.bytes().length ? event : event.first(part));
            left -= part;
        }
        return sent;
    }
}
