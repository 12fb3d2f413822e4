package dev.understudy.ops.metrics;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.testing.ScriptedAnswer;
import java.util.List;

/** Outages of half an hour, at a call every two seconds. */
enum AlarmOutage {
    NONE,
    /** Both providers refuse 3 % of the requests. */
    REQUESTS_ARE_REFUSED(Alarm.CALLS_FAIL),
    /** The primary is overloaded in 10 % of the calls. */
    PRIMARY_IS_OVERLOADED(Alarm.FALLBACK_SERVES),
    /** The primary does not answer for a model that 2 % of the calls ask for. */
    RARE_MODEL_IS_DOWN(Alarm.CIRCUIT_OPEN),
    /** The primary fails more often than its retry budget allows, in 4 % of the calls. */
    RETRIES_EXCEED_THE_BUDGET(Alarm.RETRIES_LIMITED),
    /** One of two API keys has no quota left. */
    KEY_HAS_NO_QUOTA(Alarm.KEY_REFUSED),
    /** Four streams are interrupted, and can be continued by nobody. */
    STREAMS_ARE_CUT(Alarm.STREAMS_LOST);

    private final List<Alarm> expected;

    AlarmOutage(Alarm... expected) {
        this.expected = List.of(expected);
    }

    List<Alarm> expected() {
        return expected;
    }

    /** The calls of other outages ask each route once, so that no other alarm is concerned. */
    boolean retries() {
        return this == RETRIES_EXCEED_THE_BUDGET;
    }

    String model(int call) {
        return this == RARE_MODEL_IS_DOWN && call % 50 == 0 ? "rare" : "m";
    }

    boolean streams(int call) {
        return this == STREAMS_ARE_CUT && call % 225 == 100;
    }

    ScriptedAnswer ofPrimary(int call, ScriptedAnswer healthy) {
        return switch (this) {
            case REQUESTS_ARE_REFUSED -> call % 33 == 0 ? failure(FailureKind.INVALID_REQUEST) : healthy;
            case PRIMARY_IS_OVERLOADED -> call % 10 == 0 ? failure(FailureKind.OVERLOADED) : healthy;
            case RARE_MODEL_IS_DOWN -> model(call).equals("rare") ? failure(FailureKind.OVERLOADED) : healthy;
            case RETRIES_EXCEED_THE_BUDGET -> call % 25 == 0 ? failure(FailureKind.SERVER) : healthy;
            case STREAMS_ARE_CUT ->
                streams(call)
                        ? ScriptedAnswer.tokens("In", " hall", " 7.")
                                .failAfter(2, Failure.of(FailureKind.TRUNCATED, "cut"))
                        : healthy;
            case NONE, KEY_HAS_NO_QUOTA -> healthy;
        };
    }

    ScriptedAnswer ofBackup(int call, ScriptedAnswer healthy) {
        return this == REQUESTS_ARE_REFUSED || this == STREAMS_ARE_CUT ? failure(FailureKind.INVALID_REQUEST) : healthy;
    }

    private static ScriptedAnswer failure(FailureKind kind) {
        return ScriptedAnswer.fail(Failure.of(kind, "not now"));
    }
}
