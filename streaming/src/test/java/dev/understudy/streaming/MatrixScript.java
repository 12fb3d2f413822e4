package dev.understudy.streaming;

import dev.understudy.testing.ScriptedReply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the first server of a cell sends: the answer, broken as the cell says. */
final class MatrixScript {

    static final String SSE = "text/event-stream; charset=utf-8";
    private static final byte[] LONG_LINE = bytes("data: " + "x".repeat((1 << 20) + 4096));
    private static final Duration DRIP = Duration.ofMillis(75);

    private final MatrixCell cell;
    private final AnswerEvents answer;
    private final List<byte[]> all;
    private final List<byte[]> start;
    private final List<byte[]> rest;

    private MatrixScript(MatrixCell cell) {
        this.cell = cell;
        this.answer = MatrixAnswer.events(cell.first(), cell.phase().sort);
        this.all = answer.events();
        int whole = before();
        this.start = all.subList(0, whole);
        this.rest = all.subList(whole, all.size());
    }

    /** What the first server sends once it has sent headers, or instead of them. */
    static ScriptedReply reply(MatrixCell cell) {
        MatrixScript script = new MatrixScript(cell);
        return cell.phase() == MatrixCell.Phase.HEADERS ? script.headers() : script.body();
    }

    /** How many events are whole before the fault. */
    private int before() {
        return switch (cell.phase()) {
            case CONNECT, HEADERS -> 0;
            case BEFORE_CONTENT -> answer.content().get(0);
            case AFTER_FINISH -> answer.finish() + 1;
            default -> answer.content().get(cell.phase().content - 1) + 1;
        };
    }

    private ScriptedReply body() {
        ScriptedReply.FaultPoint faultPoint = ScriptedReply.FaultPoint.events(start.size());
        return switch (cell.fault()) {
            case REFUSED -> throw new IllegalArgumentException("It is not asked");
            case RST -> raw(all).resetConnection(faultPoint);
            case FIN -> raw(all).cut(faultPoint);
            case RST_STREAM -> raw(all).reset(faultPoint);
            case ABANDONED -> raw(all).abandon(faultPoint);
            case GO_AWAY -> raw(all).goAway(faultPoint);
            case STALL -> raw(all).stall(faultPoint);
            case DRIP -> dripping();
            case IN_BAND -> raw(joined(start, List.of(bytes(answer.error()))));
            case BAD_JSON -> raw(with(half()));
            case CUT_UTF8 -> raw(with(cutCharacter()));
            case OVERSIZED -> raw(with(LONG_LINE));
            case DUPLICATE -> raw(with(start.get(start.size() - 1)));
            case NO_TERMINAL -> raw(joined(start, List.of(bytes(": so far\n\n"))));
        };
    }

    private ScriptedReply headers() {
        ScriptedReply whole = raw(all);
        return switch (cell.fault()) {
            case RST -> whole.resetConnection(ScriptedReply.FaultPoint.nothing());
            case FIN -> whole.cut(ScriptedReply.FaultPoint.nothing());
            case RST_STREAM -> whole.reset(ScriptedReply.FaultPoint.nothing());
            case ABANDONED -> whole.abandon(ScriptedReply.FaultPoint.nothing());
            case STALL -> whole.stall(ScriptedReply.FaultPoint.nothing());
            case IN_BAND -> ScriptedReply.error(503, "overloaded_error", "Overloaded");
            case OVERSIZED -> whole.withHeader("x-filler", "x".repeat(20_000));
            default -> throw new IllegalArgumentException("It is not asked");
        };
    }

    /** The answer with something put into it. */
    private List<byte[]> with(byte[] event) {
        return joined(start, joined(List.of(event), rest));
    }

    /** Whole events, and then the next one byte by byte, for longer than anybody waits. */
    private ScriptedReply dripping() {
        byte[] next = rest.get(0);
        List<byte[]> pieces = new ArrayList<>(start);
        for (int i = 0; i < Math.min(45, next.length - 2); i++) {
            pieces.add(new byte[] {next[i]});
        }
        return raw(pieces).between(DRIP).stall(ScriptedReply.FaultPoint.events(pieces.size()));
    }

    /** The beginning of an event that would else be content. */
    private byte[] half() {
        String event = new String(said("tea"), StandardCharsets.UTF_8);
        return bytes(event.substring(0, event.indexOf("tea")) + "\n\n");
    }

    /** An event whose last character lacks its last byte, and which else would be content. */
    private byte[] cutCharacter() {
        byte[] bytes = said("\u8336");
        ByteArrayOutputStream cut = new ByteArrayOutputStream();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] >= 0 || bytes[i + 1] < 0) {
                cut.write(bytes[i]);
            }
        }
        return cut.toByteArray();
    }

    private byte[] said(String word) {
        AnswerEvents events = AnswerEvents.of(cell.first(), AnswerEvents::plain);
        events.text(word);
        return events.events().get(events.content().get(0));
    }

    private static List<byte[]> joined(List<byte[]> one, List<byte[]> other) {
        List<byte[]> both = new ArrayList<>(one);
        both.addAll(other);
        return both;
    }

    private static ScriptedReply raw(List<byte[]> pieces) {
        return ScriptedReply.raw(200, SSE, pieces.toArray(byte[][]::new));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
