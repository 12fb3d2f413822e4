package dev.understudy.streaming;

import dev.understudy.testing.After;
import dev.understudy.testing.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * The bytes of one answer as they leave the server, broken where the play says.
 *
 * @param reply with the bytes in pieces
 * @param finished whether the finish reason is among them
 */
record WireBody(Reply reply, boolean finished) {

    private static final String REASON = "_reason\":\"";

    private record Event(int start, int json, int end) {}

    static WireBody of(WireCase.Server server, WirePlay play, WireCase.Truth told) {
        if (play.fault() == WirePlay.Fault.DEAD) {
            return new WireBody(Reply.error(503, "overloaded_error", "Overloaded"), false);
        }
        Random style = new Random(play.style());
        boolean plain = play.style() == 0;
        AnswerEvents answer = answer(server.dialect(), play, told, style);
        boolean crlf = !plain && style.nextInt(3) == 0;
        boolean noisy = !plain && style.nextInt(3) == 0;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<Event> events = new ArrayList<>();
        for (byte[] event : answer.events()) {
            if (noisy && style.nextBoolean()) {
                body.writeBytes(bytes(": alive\n\n"));
            }
            int start = body.size();
            String text = new String(event, StandardCharsets.UTF_8);
            body.writeBytes(bytes(crlf ? text.replace("\n", "\r\n") : text));
            int json = bytes((crlf ? text.replace("\n", "\r\n") : text).split("data: ", 2)[0]).length + 6;
            events.add(new Event(start, start + json, body.size() - (crlf ? 4 : 2)));
        }
        return new WireBody.Breaking(body.toByteArray(), events, answer, play, style).of(server.http2());
    }

    private static AnswerEvents answer(AnswerEvents.Dialect dialect, WirePlay play, WireCase.Truth told, Random style) {
        UnaryOperator<String> quoting = play.escaped() ? AnswerEvents::escaped : AnswerEvents::plain;
        AnswerEvents answer = AnswerEvents.of(dialect, quoting);
        boolean plain = play.style() == 0;
        pieces(told.thought(), plain, style).forEach(answer::thought);
        pieces(told.text(), plain, style).forEach(answer::text);
        for (int i = 0; i < told.calls(); i++) {
            answer.call(i, told.call(i), pieces(told.call(i).arguments(), plain, style));
        }
        answer.finish(told.calls() > 0);
        return answer;
    }

    /** About a dozen, cut anywhere, inside surrogate pairs too. */
    private static List<String> pieces(String text, boolean plain, Random style) {
        List<String> pieces = new ArrayList<>();
        int most = plain ? Integer.MAX_VALUE : 1 + style.nextInt(1 + text.length() / 6);
        for (int at = 0; at < text.length(); ) {
            int end = (int) Math.min(text.length(), at + 1L + (plain ? text.length() : style.nextInt(most)));
            pieces.add(text.substring(at, end));
            at = end;
        }
        return pieces;
    }

    private record Breaking(byte[] body, List<Event> events, AnswerEvents answer, WirePlay play, Random style) {

        WireBody of(boolean http2) {
            int at = (int) (play.place() * (body.length + 1));
            byte[] begun = Arrays.copyOf(body, at);
            boolean finished = at >= told();
            return switch (play.fault()) {
                case NONE -> new WireBody(inPieces(body), true);
                case END -> new WireBody(inPieces(begun), finished);
                case FIN -> new WireBody(http2 ? reset(begun) : inPieces(begun).cut(end()), finished);
                case RST -> new WireBody(reset(begun), finished);
                case STALL -> new WireBody(inPieces(begun).stall(end()), finished);
                case IN_BAND -> error(at, finished);
                case MALFORMED -> malformed(at);
                case CUT_UTF8 -> cutCharacter(at);
                case DEAD -> throw new IllegalArgumentException("It says nothing");
            };
        }

        private Reply reset(byte[] begun) {
            return inPieces(begun).reset(end());
        }

        private static After end() {
            return After.events(Integer.MAX_VALUE);
        }

        private WireBody error(int at, boolean finished) {
            boolean inside = style.nextBoolean();
            Event event = event(at);
            int end = inside || at < event.start
                    ? at
                    : Math.min(body.length, Math.max(at, event.end + (body.length - last().end)));
            byte[] error = bytes(answer.error());
            return new WireBody(inPieces(joined(Arrays.copyOf(body, end), error)), finished || end >= told());
        }

        /** Inside its JSON: what is cut before that is no event, and nobody could miss it. */
        private WireBody malformed(int at) {
            Event event = jsonAt(at);
            int cut = Math.max(event.json + 1, Math.min(at, event.end - 1));
            byte[] begun = joined(Arrays.copyOf(body, cut), bytes("\n\n"));
            return new WireBody(
                    inPieces(joined(begun, Arrays.copyOfRange(body, event.end, body.length))),
                    !isFinish(event) || cut >= told());
        }

        private WireBody cutCharacter(int at) {
            Event event = jsonAt(at);
            for (int i = event.json; i < event.end; i++) {
                if (body[i] < 0 && body[i + 1] >= 0) {
                    byte[] rest = Arrays.copyOfRange(body, i + 1, body.length);
                    return new WireBody(
                            inPieces(joined(Arrays.copyOf(body, i), rest)), true); // no finish has such a character
                }
            }
            int cut = Math.max(event.json + 1, Math.min(at, event.end - 1));
            byte[] begun = joined(Arrays.copyOf(body, cut), new byte[] {(byte) 0xFF});
            return new WireBody(
                    inPieces(joined(begun, Arrays.copyOfRange(body, cut, body.length))),
                    !isFinish(event) || cut >= told());
        }

        private boolean isFinish(Event event) {
            return event.equals(events.get(answer.finish()));
        }

        /** Behind which byte the finish reason is known, though its event may break off later. */
        private int told() {
            Event event = events.get(answer.finish());
            String json = new String(body, event.json, event.end - event.json, StandardCharsets.UTF_8);
            int reason = json.indexOf(REASON) + REASON.length();
            return event.json + json.indexOf('"', reason) + 1;
        }

        private Event event(int at) {
            Event found = events.get(0);
            for (Event event : events) {
                found = event.start <= at ? event : found;
            }
            return found;
        }

        /** The event at this byte, or before it, that has JSON in it. */
        private Event jsonAt(int at) {
            Event event = event(at);
            return body[event.json] == '{' ? event : events.get(events.indexOf(event) - 1);
        }

        private Event last() {
            return events.get(events.size() - 1);
        }

        private Reply inPieces(byte[] bytes) {
            List<byte[]> pieces = new ArrayList<>();
            int half = (bytes.length + 1) / 2; // two pieces at least: what comes in one has its length told
            int most = play.style() == 0 ? half : 1 + style.nextInt(1 + bytes.length / 4);
            for (int at = 0; at < bytes.length; ) {
                int piece = play.style() == 0 ? half : 1 + style.nextInt(Math.min(most, half));
                pieces.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
                at += piece;
            }
            return Reply.raw(200, MatrixScript.SSE, pieces.toArray(byte[][]::new));
        }
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
