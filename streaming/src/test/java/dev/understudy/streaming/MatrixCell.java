package dev.understudy.streaming;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One cell of the fault matrix: what is played, and what must come of it. */
record MatrixCell(Wire wire, Phase phase, Fault fault, Mode mode, Fallbacks fallbacks, AnswerEvents.Dialect first) {

    private static final Set<Fault> DOUBLED = Set.of(Fault.REFUSED, Fault.RST, Fault.STALL, Fault.IN_BAND);
    private static final Set<Fault> OF_HTTP2 = Set.of(Fault.RST_STREAM, Fault.ABANDONED, Fault.GO_AWAY);

    private static final Set<Fault> OF_FRAMES = Set.of(Fault.DRIP, Fault.BAD_JSON, Fault.OVERSIZED, Fault.GO_AWAY);

    enum Wire {
        HTTP1,
        HTTP2
    }

    /** Where the first server fails. */
    enum Phase {
        CONNECT(MatrixAnswer.Sort.TEXT, -1, ""),
        HEADERS(MatrixAnswer.Sort.TEXT, -1, ""),
        BEFORE_CONTENT(MatrixAnswer.Sort.TEXT, 0, ""),
        FIRST_TOKEN(MatrixAnswer.Sort.TEXT, 1, "Once"),
        MID_WORD(MatrixAnswer.Sort.TEXT, 2, "Once upon a"),
        WORD_END(MatrixAnswer.Sort.TEXT, 3, "Once upon a time there"),
        SURROGATES(MatrixAnswer.Sort.TEXT, 5, "Once upon a time there was a"),
        CODE_FENCE(MatrixAnswer.Sort.TEXT, 7, "Once upon a time there was a \uD83D\uDE80 that flew.\n```java\nint"),
        TOOL_ARGUMENTS(MatrixAnswer.Sort.TOOL, 2, ""),
        REASONING(MatrixAnswer.Sort.REASONING, 2, ""),
        AFTER_FINISH(
                MatrixAnswer.Sort.TEXT,
                9,
                "Once upon a time there was a \uD83D\uDE80 that flew.\n```java\nint x = 1;\n```\nAnd \u8336 was");

        final MatrixAnswer.Sort sort;
        /** After how many pieces of content; -1 where that does not say it. */
        final int content;
        /** The text that the subscriber has received then. */
        final String shown;

        Phase(MatrixAnswer.Sort sort, int content, String shown) {
            this.sort = sort;
            this.content = content;
            this.shown = shown;
        }

        boolean isCommitted() {
            return content > 0;
        }
    }

    enum Fault {
        REFUSED,
        RST,
        FIN,
        STALL,
        DRIP,
        IN_BAND,
        BAD_JSON,
        CUT_UTF8,
        OVERSIZED,
        DUPLICATE,
        NO_TERMINAL,
        /** The stream is reset, and the connection stays. */
        RST_STREAM,
        /** GOAWAY without this stream, and a FIN. */
        ABANDONED,
        /** GOAWAY behind this stream, which is answered to its end. */
        GO_AWAY
    }

    enum Mode {
        FAIL(ResumePolicy.Strategy.FAIL),
        RESTART(ResumePolicy.Strategy.RESTART),
        PREFILL(ResumePolicy.Strategy.PREFILL),
        REPLAY(ResumePolicy.Strategy.REPLAY),
        ANCHORED(ResumePolicy.Strategy.ANCHORED),
        BUFFERED(ResumePolicy.Strategy.PREFILL);

        private final ResumePolicy.Strategy resumeStrategy;

        Mode(ResumePolicy.Strategy resumeStrategy) {
            this.resumeStrategy = resumeStrategy;
        }
    }

    /** With as many takeovers as there are others to ask; as long as nothing was shown none is needed. */
    ResumePolicy policy() {
        boolean hidden = mode == Mode.BUFFERED || phase == Phase.TOOL_ARGUMENTS;
        int takeovers = hidden ? 0 : phase.isCommitted() ? 2 : 1;
        ResumePolicy policy = ResumePolicy.of(mode.resumeStrategy)
                .withTakeovers(fallbacks == Fallbacks.ANSWERING ? Math.min(1, takeovers) : takeovers);
        return mode == Mode.BUFFERED ? policy.withBuffer(StreamBuffer.whole()) : policy;
    }

    /** Behaviour of the routes that may take over. */
    enum Fallbacks {
        /** The second one answers. */
        ANSWERING,
        /** The second one fails after two tokens, and the third one answers. */
        SECOND_FAILS,
        /** The second and the third fail after two tokens. */
        ALL_FAIL
    }

    enum End {
        WHOLE,
        PARTIAL,
        EXHAUSTED
    }

    /** Every combination, with those that are skipped. */
    static List<MatrixCell> all() {
        List<MatrixCell> all = new ArrayList<>();
        for (Wire wire : Wire.values()) {
            for (Phase phase : Phase.values()) {
                for (Fault fault : Fault.values()) {
                    for (Mode mode : Mode.values()) {
                        for (Fallbacks fallbacks : Fallbacks.values()) {
                            for (AnswerEvents.Dialect dialect : AnswerEvents.Dialect.values()) {
                                all.add(new MatrixCell(wire, phase, fault, mode, fallbacks, dialect));
                            }
                        }
                    }
                }
            }
        }
        return all;
    }

    /**
     * The cells of the default run: each combination of phase and fault with every other mode, and each combination of fault
     * and mode in every other phase. The fallbacks, the protocol and the dialect of the first server alternate.
     */
    static List<MatrixCell> sample() {
        Map<List<Object>, List<MatrixCell>> byCombination = new LinkedHashMap<>();
        for (MatrixCell cell : all()) {
            if (cell.skipped() == null) {
                byCombination
                        .computeIfAbsent(List.of(cell.phase, cell.fault, cell.mode), key -> new ArrayList<>())
                        .add(cell);
            }
        }
        List<MatrixCell> sample = new ArrayList<>();
        for (List<MatrixCell> cells : byCombination.values()) {
            MatrixCell one = cells.get(0);
            if ((one.phase.ordinal() + one.fault.ordinal() + one.mode.ordinal()) % 3 != 0) {
                continue;
            }
            int mixed = 3 * one.phase.ordinal() + 5 * one.fault.ordinal() + 7 * one.mode.ordinal();
            sample.add(cells.get(mixed % cells.size()));
        }
        return sample;
    }

    /** Why it means nothing; {@code null} when it does mean something. */
    @Nullable
    String skipped() {
        if (wire == Wire.HTTP1 && OF_HTTP2.contains(fault)) {
            return "HTTP/1.1 has no streams to reset and no GOAWAY";
        }
        if (fault == Fault.REFUSED && phase != Phase.CONNECT) {
            return "only a connection that is not open yet can be refused";
        }
        if (phase == Phase.CONNECT && fault.compareTo(Fault.STALL) > 0) {
            return "before the first byte there is nothing to drip, to garble, to say twice or to go away from";
        }
        if (wire == Wire.HTTP2 && phase == Phase.HEADERS && OF_FRAMES.contains(fault)) {
            return "HTTP/2's headers are one frame inside of TLS, made by the server's codec";
        }
        if (phase == Phase.HEADERS
                && (fault == Fault.CUT_UTF8 || fault == Fault.DUPLICATE || fault == Fault.NO_TERMINAL)) {
            return "headers have no UTF-8, no events and no terminal marker";
        }
        if (fallbacks != Fallbacks.ANSWERING && !asksOthers()) {
            return "nobody else is asked, so nobody else can die";
        }
        if (fallbacks != Fallbacks.ANSWERING && phase == Phase.AFTER_FINISH) {
            return "what is left of a finished answer is one word, too short to die in";
        }
        if (fallbacks != Fallbacks.ANSWERING
                && !(wire == Wire.HTTP2 ? fault == Fault.RST_STREAM : DOUBLED.contains(fault))) {
            return "a second death is played behind four sorts of the first, and one over HTTP/2, for it knows no sorts";
        }
        return null;
    }

    /**
     * Whether the first server fails at all. Behind a finish reason only an error that is told as one is a failure; and no
     * wire numbers its events, so one that is said twice cannot be told from a model that repeats itself.
     */
    boolean isBroken() {
        return fault != Fault.DUPLICATE
                && fault != Fault.GO_AWAY
                && (phase != Phase.AFTER_FINISH || fault == Fault.IN_BAND);
    }

    /** Whether only a timeout tells. */
    boolean isSilent() {
        return fault == Fault.STALL || fault == Fault.DRIP;
    }

    private boolean asksOthers() {
        return isBroken() && (!phase.isCommitted() || saves());
    }

    /** Whether the way can save what was cut in this phase, by the table in docs/streaming.md. */
    private boolean saves() {
        return switch (mode) {
            case FAIL -> false;
            case RESTART, REPLAY, BUFFERED -> true;
            // Of a single piece no prefix can be sent that leaves something to check at temperature 0.
            case PREFILL -> phase != Phase.REASONING && phase != Phase.FIRST_TOKEN;
            case ANCHORED -> phase != Phase.REASONING;
        };
    }

    End end() {
        if (!isBroken()) {
            return End.WHOLE;
        }
        boolean saved = asksOthers()
                && switch (fallbacks) {
                    case ANSWERING -> true;
                    case SECOND_FAILS -> mode != Mode.FAIL && (phase != Phase.REASONING || saves());
                    case ALL_FAIL -> false;
                };
        if (saved) {
            return End.WHOLE;
        }
        return mode == Mode.BUFFERED || phase == Phase.TOOL_ARGUMENTS ? End.EXHAUSTED : End.PARTIAL;
    }

    /** How often each server is asked. */
    List<Integer> attempts() {
        if (!asksOthers()) {
            return List.of(1, 0, 0);
        }
        boolean more = fallbacks != Fallbacks.ANSWERING && mode != Mode.FAIL;
        return List.of(1, 1, more ? 1 : 0);
    }

    @Override
    public String toString() {
        return wire + " x " + phase + " x " + fault + " x " + mode + " x " + fallbacks + " (" + first + " first)";
    }
}
