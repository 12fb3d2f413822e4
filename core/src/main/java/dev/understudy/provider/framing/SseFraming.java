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

    /** Size from which an event is skipped if its content is not needed. */
    private static final int LARGE = 64 << 10;

    /** Source of the payload of the current event. An event has payload of one form only. */
    private enum Form {
        NONE,
        DATA,
        ERROR,
        BARE
    }

    private final int limit;

    /** Start of a line that ended an earlier fragment. */
    private final BoundedBuffer incomplete;

    private final BoundedBuffer payload;
    private Filter filter = (event, bytes, from, to) -> false;

    /** Media of the current line are dropped up to their closing quote. */
    private boolean eliding;

    /** The current line is large and was found to be needed. */
    private boolean needed;

    /** The current line is skipped up to its end. */
    private boolean skipping;

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

    /** Creates a framing with the default limit. */
    public SseFraming() {
        this(LIMIT);
    }

    /** @param limit limit of one event, in bytes */
    public SseFraming(int limit) {
        this.limit = limit;
        this.incomplete = new BoundedBuffer(limit, "a line");
        this.payload = new BoundedBuffer(limit, "an event");
    }

    @Override
    public void skip(Filter filter) {
        this.filter = filter;
    }

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
            return hasContent();
        }
        return false;
    }

    private void reset() {
        delivered = false;
        payload.clear();
        form = Form.NONE;
        if (!held && !event.isEmpty()) {
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
            if (!skipping) {
                append(start, end);
                skipping = isSkipped(incomplete.bytes(), 0, incomplete.length());
            }
            next = end;
            return over && !skipping && lastLine();
        }
        next = i + 1;
        afterCr = piece[i] == '\r';
        if (incomplete.length() == 0) {
            at(piece, start, i);
        } else {
            if (!skipping) {
                append(start, i);
            }
            at(incomplete.bytes(), 0, incomplete.length());
        }
        return true;
    }

    /** Buffers a part of the current line. Media that nobody asked for are dropped where the line would exceed the limit. */
    private void append(int from, int to) {
        int start = eliding ? MediaString.end(piece, from, to) : from;
        eliding &= start == to;
        if (!eliding && to - start > limit - incomplete.length() && filter.elidesMedia()) {
            int media = MediaString.openAt(incomplete.bytes(), 0, incomplete.length());
            if (media >= 0) {
                incomplete.truncate(media);
                eliding = true;
                append(start, to);
                return;
            }
        }
        incomplete.add(piece, start, to);
    }

    /** Decides once, when a line of data becomes large, if the event is needed; asked again for each event. */
    private boolean isSkipped(byte[] bytes, int start, int stop) {
        if (needed || stop - start < LARGE || payload.length() > 0 || !SseLine.isField("data", bytes, start, stop)) {
            return false;
        }
        needed = !filter.skips(event, bytes, SseLine.value("data", bytes, start, stop), stop);
        return !needed;
    }

    private boolean lastLine() {
        if (incomplete.length() == 0) {
            return false;
        }
        at(incomplete.bytes(), 0, incomplete.length());
        return true;
    }

    private void at(byte[] bytes, int start, int stop) {
        if (stop - start > limit && !isSkipped(bytes, start, stop)) {
            throw JsonErrors.overLimit("a line", limit);
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
            skipping = false;
            needed = false;
            if (hasContent()) {
                return true;
            }
            reset();
            return false;
        }
        Form of = formOf();
        if (of != Form.NONE) {
            if (of != form && payload.length() > 0) {
                held = hasContent();
                if (held) {
                    return true;
                }
                reset();
            }
            add(of);
        } else if (isField("event")) {
            event = name(SseLine.value("event", line, from, to));
        } else if (!recognised) {
            skipLine();
        }
        recognised |= of != Form.NONE || !event.isEmpty();
        incomplete.clear();
        skipping = false;
        needed = false;
        return false;
    }

    /** Adds the value of the current line to the payload. */
    private void add(Form of) {
        int value = of == Form.BARE ? from : SseLine.value(of == Form.DATA ? "data" : "error", line, from, to);
        if (of == Form.DATA && (skipping || isSkipped(line, from, to))) {
            return;
        }
        if (of == Form.DATA && KeepAlive.isComment(line, value, to, payload.length() > 0)) {
            return;
        }
        if (form == of) {
            payload.add((byte) '\n');
        }
        form = of;
        payload.add(line, value, to);
    }

    /** Returns false for an event without payload, or with payload that only keeps the connection open. */
    private boolean hasContent() {
        int length = payload.length();
        if (form != Form.DATA || event.equals("error")) {
            return length > 0;
        }
        byte[] bytes = payload.bytes();
        if (length > 2 && bytes[0] == '{' && bytes[1] == '"') {
            return true;
        }
        boolean unnamed = event.isEmpty() || event.equals("message");
        boolean pulse = KeepAlive.isWord(event);
        return !KeepAlive.is(bytes, 0, length)
                && !(pulse && bytes[0] != '{')
                && !((unnamed || pulse) && KeepAlive.isEmptyObject(bytes, 0, length));
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
