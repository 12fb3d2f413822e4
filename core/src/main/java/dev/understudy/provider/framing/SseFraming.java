package dev.understudy.provider.framing;

import dev.understudy.provider.json.JsonErrors;
import java.nio.charset.StandardCharsets;

/**
 * Splits server-sent events by the WHATWG rules, on bytes: lines end in CR, LF or CRLF; a BOM, comments and unknown
 * fields are skipped; data lines are joined by LF; fragments may end anywhere. Two deviations of real servers are
 * accepted: a field named {@code error} with JSON is an event, and so is bare JSON, on one line or many, in place of
 * a field. An event without payload is dropped; one that the end of the body cuts off is delivered.
 */
public final class SseFraming extends PieceFraming {

    private static final int LIMIT = 1 << 20;

    /** Source of the payload of the current event. An event has payload of one form only. */
    private enum Form {
        NONE,
        DATA,
        ERROR,
        BARE
    }

    /** Start of a line that ended an earlier fragment. */
    private final BoundedBuffer incomplete = new BoundedBuffer(LIMIT, "a line");

    private final BoundedBuffer payload = new BoundedBuffer(LIMIT, "an event");

    private Form form = Form.NONE;
    private String event = "";
    private String lastName = "";
    private boolean delivered;
    private boolean atStart = true;
    private boolean afterCr;
    private boolean unterminated;
    /** A line of an event stream was received. */
    private boolean recognised;

    /** A line was received that no event stream has. */
    private boolean unrecognised;

    private byte[] line = EMPTY;
    private int from;
    private int to;
    /** The current line belongs to the event after this one. */
    private boolean held;

    @Override
    public boolean next() {
        if (delivered) {
            reset();
        }
        while (held || nextLine()) {
            held = false;
            if (addLine()) {
                delivered = true;
                return true;
            }
        }
        release();
        line = EMPTY;
        if (over && payload.length() > 0) {
            unterminated = true;
            delivered = true;
            return true;
        }
        return false;
    }

    private void reset() {
        delivered = false;
        payload.clear();
        form = Form.NONE;
        if (!held) {
            event = "";
        }
    }

    /** Advances to the next whole line; buffers an incomplete one. */
    private boolean nextLine() {
        if (afterCr && next < end) {
            afterCr = false;
            if (piece[next] == '\n') {
                next++;
            }
        }
        int start = next;
        int i = LineEndScanner.in(piece, start, end);
        if (i == end) {
            incomplete.add(piece, start, end);
            next = end;
            return over && lastLine();
        }
        next = i + 1;
        afterCr = piece[i] == '\r';
        if (incomplete.length() == 0) {
            at(piece, start, i);
        } else {
            incomplete.add(piece, start, i);
            at(incomplete.bytes(), 0, incomplete.length());
        }
        return true;
    }

    private boolean lastLine() {
        if (incomplete.length() == 0) {
            return false;
        }
        at(incomplete.bytes(), 0, incomplete.length());
        return true;
    }

    private void at(byte[] bytes, int start, int stop) {
        if (stop - start > LIMIT) {
            throw JsonErrors.rejected("a line of more than " + LIMIT + " bytes");
        }
        line = bytes;
        from = start;
        to = stop;
        if (atStart) {
            atStart = false;
            if (SseLine.startsWith("\u00EF\u00BB\u00BF", line, from, to)) {
                from += 3;
            }
        }
    }

    /** Adds the current line to the event; returns true if it ends the event. */
    private boolean addLine() {
        if (from == to) {
            incomplete.clear();
            if (payload.length() > 0) {
                return true;
            }
            reset();
            return false;
        }
        Form of = formOf();
        if (of != Form.NONE) {
            if (of != form && payload.length() > 0) {
                held = true;
                return true;
            }
            if (form == of) {
                payload.add((byte) '\n');
            }
            form = of;
            payload.add(
                    line,
                    of == Form.BARE ? from : SseLine.value(of == Form.DATA ? "data" : "error", line, from, to),
                    to);
        } else if (isField("event")) {
            event = name(SseLine.value("event", line, from, to));
        } else if (!recognised) {
            skipLine();
        }
        recognised |= of != Form.NONE || !event.isEmpty();
        incomplete.clear();
        return false;
    }

    /** Records if a skipped line is a field or comment of an event stream. */
    private void skipLine() {
        recognised = line[from] == ':' || isField("id") || isField("retry");
        unrecognised |= !recognised;
    }

    private Form formOf() {
        if (isField("data")) {
            return Form.DATA;
        }
        if (SseLine.startsWith("error:", line, from, to)) {
            return SseLine.isJson(line, SseLine.value("error", line, from, to), to) ? Form.ERROR : Form.NONE;
        }
        boolean continues = form == Form.BARE && line[from] != ':' && !isField("event") && !isField("id");
        return continues || SseLine.beginsBareJson(line, from, to) ? Form.BARE : Form.NONE;
    }

    private boolean isField(String name) {
        return SseLine.isField(name, line, from, to);
    }

    /** Decodes an event name; names repeat from event to event, so an equal previous one is reused. */
    private String name(int value) {
        boolean same = lastName.length() == to - value;
        for (int i = 0; same && i < lastName.length(); i++) {
            same = line[value + i] == lastName.charAt(i);
        }
        if (!same) {
            lastName = new String(line, value, to - value, StandardCharsets.UTF_8);
        }
        return lastName;
    }

    @Override
    public boolean isErrorField() {
        return form == Form.ERROR || form == Form.BARE;
    }

    @Override
    public boolean isForeign() {
        return unrecognised && !recognised;
    }

    @Override
    public boolean isUnterminated() {
        return unterminated;
    }

    @Override
    public String event() {
        return event;
    }

    @Override
    public byte[] payload() {
        return payload.bytes();
    }

    @Override
    public int offset() {
        return 0;
    }

    @Override
    public int length() {
        return payload.length();
    }
}
