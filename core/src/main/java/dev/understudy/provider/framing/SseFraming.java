package dev.understudy.provider.framing;

import dev.understudy.provider.json.JsonErrors;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events by the WHATWG rules, on bytes: lines end in CR, LF or CRLF; a BOM, comments and unknown fields are
 * passed over; data lines are joined by LF; pieces may be cut anywhere. Two facts of life are added: a field named
 * {@code error} that carries JSON is an event, and so is bare JSON, on one line or many, that stands where a field
 * should be. An event without payload is none; one that the end of the body cuts off still counts.
 */
public final class SseFraming extends PieceFraming {

    private static final int LIMIT = 1 << 20;

    /** What the payload of the event at hand was made of. An event has payload of one form only. */
    private enum Form {
        NONE,
        DATA,
        ERROR,
        BARE
    }

    /** The beginning of a line that an earlier piece ended in. */
    private final BoundedBuffer begun = new BoundedBuffer(LIMIT, "a line");

    private final BoundedBuffer payload = new BoundedBuffer(LIMIT, "an event");

    private Form form = Form.NONE;
    private String event = "";
    private String lastName = "";
    private boolean delivered;
    private boolean atStart = true;
    private boolean afterCr;
    private boolean unterminated;
    /** A line of an event stream was seen, or only others so far. */
    private boolean familiar;

    private boolean strange;

    private byte[] line = EMPTY;
    private int from;
    private int to;
    /** The line at hand belongs to the event after this one. */
    private boolean held;

    @Override
    public boolean next() {
        if (delivered) {
            reset();
        }
        while (held || nextLine()) {
            held = false;
            if (take()) {
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

    /** Finds the next whole line, or keeps what there is of it. */
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
            begun.add(piece, start, end);
            next = end;
            return over && lastLine();
        }
        next = i + 1;
        afterCr = piece[i] == '\r';
        if (begun.length() == 0) {
            at(piece, start, i);
        } else {
            begun.add(piece, start, i);
            at(begun.bytes(), 0, begun.length());
        }
        return true;
    }

    private boolean lastLine() {
        if (begun.length() == 0) {
            return false;
        }
        at(begun.bytes(), 0, begun.length());
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

    /** Takes the line at hand into the event; true when that ends the event. */
    private boolean take() {
        if (from == to) {
            begun.clear();
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
        } else if (!familiar) {
            passOver();
        }
        familiar |= of != Form.NONE || !event.isEmpty();
        begun.clear();
        return false;
    }

    /** Other fields are passed over, and whatever else stands there. */
    private void passOver() {
        familiar = line[from] == ':' || isField("id") || isField("retry");
        strange |= !familiar;
    }

    private Form formOf() {
        if (isField("data")) {
            return Form.DATA;
        }
        if (SseLine.startsWith("error:", line, from, to)) {
            return SseLine.isJson(line, SseLine.value("error", line, from, to), to) ? Form.ERROR : Form.NONE;
        }
        boolean goesOn = form == Form.BARE && line[from] != ':' && !isField("event") && !isField("id");
        return goesOn || SseLine.beginsBareJson(line, from, to) ? Form.BARE : Form.NONE;
    }

    private boolean isField(String name) {
        return SseLine.isField(name, line, from, to);
    }

    /** Names repeat from event to event, so the last one is kept. */
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
        return strange && !familiar;
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
