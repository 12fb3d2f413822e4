package dev.understudy.streaming;

import dev.understudy.testing.ScriptedReply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The bytes of one answer as they leave the server, broken where the play says.
 *
 * @param scriptedReply with the bytes in pieces
 * @param finished whether a finish reason is among them, whole
 */
record WireBody(ScriptedReply scriptedReply, boolean finished) {

    private static final Pattern REASON = Pattern.compile("_reason\":\"\\w+\"");
    private static final ScriptedReply.FaultPoint END = ScriptedReply.FaultPoint.events(Integer.MAX_VALUE);

    private record Event(int start, int json, int end) {}

    static WireBody of(WireCase.Server server, WireScript play, WireCase.Truth told) {
        if (play.fault() == WireScript.Fault.DEAD) {
            return new WireBody(ScriptedReply.error(503, "overloaded_error", "Overloaded"), false);
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
        return new Breaking(body.toByteArray(), events, answer, play, style).of(server.http2());
    }

    private static AnswerEvents answer(
            AnswerEvents.Dialect dialect, WireScript play, WireCase.Truth told, Random style) {
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

    /** The bytes, and where their events are; each fault makes others of them. */
    private record Breaking(byte[] body, List<Event> events, AnswerEvents answer, WireScript play, Random style) {

        WireBody of(boolean http2) {
            int at = (int) (play.place() * (body.length + 1));
            byte[] begun = Arrays.copyOf(body, at);
            return switch (play.fault()) {
                case NONE -> sent(body, scriptedReply -> scriptedReply);
                case END -> sent(begun, scriptedReply -> scriptedReply);
                case FIN -> sent(begun, scriptedReply -> http2 ? scriptedReply.reset(END) : scriptedReply.cut(END));
                case RST -> sent(begun, scriptedReply -> scriptedReply.reset(END));
                case STALL -> sent(begun, scriptedReply -> scriptedReply.stall(END));
                case IN_BAND ->
                    sent(
                            joined(Arrays.copyOf(body, errorAt(at)), bytes(answer.error())),
                            scriptedReply -> scriptedReply);
                case MALFORMED -> malformed(at);
                case CUT_UTF8 -> cutCharacter(at);
                case DEAD -> throw new IllegalArgumentException("It says nothing");
            };
        }

        private int errorAt(int at) {
            Event event = event(at);
            int blank = body.length - events.get(events.size() - 1).end;
            return style.nextBoolean() || at < event.start ? at : Math.max(at, event.end + blank);
        }

        /** Inside its JSON: what is cut before that is no event, and nobody could miss it. */
        private WireBody malformed(int at) {
            Event event = jsonAt(at);
            int cut = Math.max(event.json + 1, Math.min(at, event.end - 1));
            byte[] begun = joined(Arrays.copyOf(body, cut), bytes("\n\n"));
            return sent(
                    joined(begun, Arrays.copyOfRange(body, event.end, body.length)), scriptedReply -> scriptedReply);
        }

        private WireBody cutCharacter(int at) {
            Event event = jsonAt(at);
            for (int i = event.json; i < event.end; i++) {
                if (body[i] < 0 && body[i + 1] >= 0) {
                    return with(i, i + 1, new byte[0]);
                }
            }
            int cut = Math.max(event.json + 1, Math.min(at, event.end - 1));
            return with(cut, cut, new byte[] {(byte) 0xFF});
        }

        /** The body with something else from one byte to another. */
        private WireBody with(int from, int to, byte[] instead) {
            byte[] begun = joined(Arrays.copyOf(body, from), instead);
            return sent(joined(begun, Arrays.copyOfRange(body, to, body.length)), scriptedReply -> scriptedReply);
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

        private WireBody sent(byte[] bytes, UnaryOperator<ScriptedReply> fault) {
            List<byte[]> pieces = new ArrayList<>();
            int half = (bytes.length + 1) / 2; // two pieces at least: what comes in one has its length told
            int most = play.style() == 0 ? half : 1 + style.nextInt(1 + bytes.length / 4);
            for (int at = 0; at < bytes.length; ) {
                int piece = play.style() == 0 ? half : 1 + style.nextInt(Math.min(most, half));
                pieces.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
                at += piece;
            }
            ScriptedReply whole = ScriptedReply.raw(200, MatrixScript.SSE, pieces.toArray(byte[][]::new));
            boolean finished =
                    REASON.matcher(new String(bytes, StandardCharsets.UTF_8)).find();
            return new WireBody(fault.apply(whole), finished);
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
