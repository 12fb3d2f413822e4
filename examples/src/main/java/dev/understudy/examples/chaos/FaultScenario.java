package dev.understudy.examples.chaos;

import dev.understudy.chat.FailureKind;
import dev.understudy.testing.ScriptedReply;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Faults that are injected into the primary. */
enum FaultScenario {
    CALM(null, scriptedReply -> scriptedReply),
    BROKEN(FailureKind.SERVER, scriptedReply -> ScriptedReply.error(500, "server_error", "It broke")),
    OVERLOADED(FailureKind.OVERLOADED, scriptedReply -> ScriptedReply.error(503, "server_error", "No room")),
    RATE_LIMITED(FailureKind.RATE_LIMITED, scriptedReply -> ScriptedReply.rateLimited(Duration.ofSeconds(1))),
    RESET(FailureKind.CONNECT, scriptedReply -> scriptedReply.reset(ScriptedReply.FaultPoint.nothing())),
    CUT_EARLY(FailureKind.TRUNCATED, scriptedReply -> scriptedReply.cut(ScriptedReply.FaultPoint.tokens(0))),
    CUT_IN_THE_MIDDLE(FailureKind.TRUNCATED, scriptedReply -> scriptedReply.cut(ScriptedReply.FaultPoint.tokens(7))),
    TOLD_IN_BAND(
            FailureKind.SERVER,
            scriptedReply -> scriptedReply.fail(ScriptedReply.FaultPoint.tokens(7), "server_error", "The engine died")),
    SILENT(FailureKind.TIMEOUT, scriptedReply -> scriptedReply.stall(ScriptedReply.FaultPoint.nothing())),
    STALLED(FailureKind.TIMEOUT, scriptedReply -> scriptedReply.stall(ScriptedReply.FaultPoint.tokens(7))),
    GARBLED(FailureKind.PROTOCOL, scriptedReply -> scriptedReply.garble(ScriptedReply.FaultPoint.tokens(7))),
    /** The port refuses connections, so the server receives no request. */
    REFUSED(FailureKind.CONNECT, scriptedReply -> scriptedReply);

    private final @Nullable FailureKind kind;
    private final UnaryOperator<ScriptedReply> spoil;

    FaultScenario(@Nullable FailureKind kind, UnaryOperator<ScriptedReply> spoil) {
        this.kind = kind;
        this.spoil = spoil;
    }

    /** Returns all faults, without the calm. */
    static List<FaultScenario> faults() {
        return Arrays.stream(values()).filter(scenario -> scenario != CALM).toList();
    }

    /** The kind of failure that the metrics must show. */
    @Nullable
    FailureKind kind() {
        return kind;
    }

    /** Returns {@code true} if the fault interrupts streams that have begun. */
    boolean isInTheMiddle() {
        return this == CUT_IN_THE_MIDDLE || this == TOLD_IN_BAND || this == STALLED || this == GARBLED;
    }

    ScriptedReply on(ScriptedReply scriptedReply) {
        return spoil.apply(scriptedReply);
    }
}
