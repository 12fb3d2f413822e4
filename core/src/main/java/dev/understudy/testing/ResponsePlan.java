package dev.understudy.testing;

import dev.understudy.testing.Fault.Kind;
import dev.understudy.testing.ScriptedReply.FaultPoint.Unit;
import dev.understudy.testing.WireEvent.Sort;
import dev.understudy.testing.WireFormat.Form;
import dev.understudy.testing.WireFormat.Question;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is sent for one request, and the end of the exchange. Computed from a reply by pure functions.
 *
 * @param contentType of the body
 * @param length of the body as in the headers; -1 for a chunked body
 * @param events the body
 * @param close action on the connection afterwards
 */
record ResponsePlan(String contentType, int length, List<WireEvent> events, Close close) {

    enum Close {
        /** Keeps the connection for the next request. */
        KEEP,
        CUT,
        RESET,
        RESET_CONNECTION,
        ABANDON,
        STALL
    }

    private static final String JSON = "application/json";

    static ResponsePlan of(ReplySpec reply, WireFormat wireFormat, Question asked) {
        Fault fault = reply.fault();
        if (reply.body() instanceof ReplyBody.Raw raw) {
            List<WireEvent> pieces = raw.pieces().stream()
                    .map(piece -> new WireEvent(piece, Sort.TOKEN))
                    .toList();
            boolean single = pieces.size() == 1;
            return faulty(raw.contentType(), single ? pieces.get(0).bytes().length : -1, pieces, fault, wireFormat);
        }
        if (reply.body() instanceof ReplyBody.Content content && asked.streamed() && reply.status() == 200) {
            boolean isText = !wireFormat.streamType().equals(EventStreamMessage.CONTENT_TYPE);
            WireFormat spoken = reply.form().crlf() && isText ? new CrlfFormat(wireFormat) : wireFormat;
            return faulty(
                    spoken.streamType(),
                    -1,
                    pinged(spoken.events(content.answer(), reply.form(), asked), reply.form(), spoken),
                    fault,
                    spoken);
        }
        String body = reply.body() instanceof ReplyBody.Content content
                ? wireFormat.whole(content.answer(), reply.form(), asked)
                : wireFormat.error(reply.status(), ((ReplyBody.Refused) reply.body()).trouble(), asked);
        if (fault != null && fault.kind() == Kind.ERROR) {
            body = wireFormat.error(500, fault.trouble(), asked);
        }
        return unary(body.getBytes(StandardCharsets.UTF_8), fault);
    }

    private static List<WireEvent> pinged(List<WireEvent> events, Form form, WireFormat wireFormat) {
        if (form.pingsBefore() == 0 && !form.pingsBetween()) {
            return events;
        }
        List<WireEvent> pinged = new ArrayList<>();
        boolean first = true;
        for (WireEvent event : events) {
            if (event.sort() == Sort.TOKEN) {
                int pings = first ? form.pingsBefore() : form.pingsBetween() ? 1 : 0;
                for (int i = 0; i < pings; i++) {
                    pinged.add(wireFormat.ping());
                }
                first = false;
            }
            pinged.add(event);
        }
        return pinged;
    }

    /** An answer without streaming breaks off before its first byte, in its middle, or at a byte. */
    private static ResponsePlan unary(byte[] body, @Nullable Fault fault) {
        WireEvent whole = new WireEvent(body, Sort.TOKEN);
        if (fault == null || fault.kind() == Kind.ERROR) {
            return new ResponsePlan(JSON, body.length, List.of(whole), Close.KEEP);
        }
        if (fault.kind() == Kind.GO_AWAY) {
            return new ResponsePlan(JSON, body.length, List.of(WireEvent.GO_AWAY, whole), Close.KEEP);
        }
        if (fault.kind() == Kind.GARBLE) {
            WireEvent half = whole.first(body.length / 2);
            return new ResponsePlan(JSON, half.bytes().length, List.of(half), Close.KEEP);
        }
        ScriptedReply.FaultPoint faultPoint = fault.faultPoint();
        int sent = faultPoint.unit() == Unit.BYTES
                ? Math.min(faultPoint.count(), body.length)
                : faultPoint.count() == 0 ? 0 : body.length / 2;
        return new ResponsePlan(JSON, body.length, sent == 0 ? List.of() : List.of(whole.first(sent)), close(fault));
    }

    private static ResponsePlan faulty(
            String contentType, int length, List<WireEvent> events, @Nullable Fault fault, WireFormat wireFormat) {
        if (fault == null) {
            return new ResponsePlan(contentType, length, events, Close.KEEP);
        }
        List<WireEvent> sent = new ArrayList<>(until(events, fault.faultPoint()));
        if (fault.kind() == Kind.ERROR) {
            sent.add(wireFormat.inBand(fault.trouble()));
            return new ResponsePlan(contentType, -1, sent, Close.KEEP);
        }
        if (fault.kind() == Kind.GARBLE) {
            int whole = sent.size();
            sent.add(wireFormat.garbled());
            sent.addAll(events.subList(Math.min(whole, events.size()), events.size()));
            return new ResponsePlan(contentType, -1, sent, Close.KEEP);
        }
        if (fault.kind() == Kind.GO_AWAY) {
            List<WireEvent> all = new ArrayList<>(events);
            all.add(sent.size(), WireEvent.GO_AWAY);
            return new ResponsePlan(contentType, length, all, Close.KEEP);
        }
        return new ResponsePlan(contentType, length, sent, close(fault));
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

    private static List<WireEvent> until(List<WireEvent> events, ScriptedReply.FaultPoint faultPoint) {
        return switch (faultPoint.unit()) {
            case NOTHING -> List.of();
            case EVENTS -> events.subList(0, Math.min(faultPoint.count(), events.size()));
            case TOKENS -> untilToken(events, faultPoint.count());
            case BYTES -> untilByte(events, faultPoint.count());
        };
    }

    /** With 0 tokens what opens the answer is sent; with more, nothing after the last token that counts. */
    private static List<WireEvent> untilToken(List<WireEvent> events, int count) {
        int tokens = 0;
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).sort() == Sort.TOKEN && ++tokens >= Math.max(1, count)) {
                return events.subList(0, count == 0 ? i : i + 1);
            }
        }
        return events;
    }

    private static List<WireEvent> untilByte(List<WireEvent> events, int count) {
        List<WireEvent> sent = new ArrayList<>();
        int left = count;
        for (WireEvent event : events) {
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
