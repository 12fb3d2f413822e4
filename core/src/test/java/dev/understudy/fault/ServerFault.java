package dev.understudy.fault;

import dev.understudy.chat.FailureKind;
import dev.understudy.fault.FaultServer.Caller;
import dev.understudy.scenario.CallKind;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;

/**
 * A fault of a broken or hostile server, and the expected outcome of the call.
 *
 * @param at combinations of dialect and kind of call that the fault applies to
 * @param end expected outcome
 * @param most limit of bytes read, buffers included
 * @param garbage limit of bytes allocated
 * @param silence time limit of the client for the first content and for a unary answer; generous where the fault is
 *     none of time
 * @param idle time limit of the client between two pieces of content
 */
record ServerFault(
        String name,
        Script script,
        BiPredicate<WireSample, CallKind> at,
        BiFunction<WireSample, CallKind, End> end,
        long most,
        long garbage,
        Duration silence,
        Duration idle) {

    static final long MIB = 1 << 20;

    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");

    /** Limit of an answer and of an event: an eighth of the default, and the default with {@code -Dunderstudy.tests.all=true}. */
    static final int ANSWER = (int) (ALL ? 16 * MIB : 2 * MIB);

    /** Limit of a stream, as {@link #ANSWER}. */
    static final int STREAM = 4 * ANSWER;

    private static final Duration PATIENT = Duration.ofMinutes(2);

    /** Bytes that the server sends to one caller. */
    @FunctionalInterface
    interface Script {
        void play(WireSample sample, CallKind kind, Caller caller) throws IOException;
    }

    /**
     * Expected outcome.
     *
     * @param kinds accepted kinds of the failure; empty if the call succeeds
     * @param words part of the message of the failure, or the text of the answer
     */
    record End(Set<FailureKind> kinds, String words) {
        static final End SERVED = says(WireSample.TEXT);

        static End says(String text) {
            return new End(Set.of(), text);
        }

        static End fails(FailureKind kind, String words) {
            return new End(Set.of(kind), words);
        }

        static End fails(Set<FailureKind> kinds) {
            return new End(kinds, "");
        }
    }

    private static ServerFault of(String name, End end, Script script) {
        return new ServerFault(
                name, script, (sample, kind) -> true, (sample, kind) -> end, MIB, 24 * MIB, PATIENT, PATIENT);
    }

    /** Reads the request before the script runs. */
    static ServerFault afterRequest(String name, End end, Script script) {
        return of(name, end, (sample, kind, caller) -> {
            caller.readRequest();
            script.play(sample, kind, caller);
        });
    }

    /** Runs the script before the request is read. */
    static ServerFault beforeRequest(String name, End end, Script script) {
        return of(name, end, script);
    }

    /** Sends status 200 and the content type of the dialect; the end of the connection ends the body. */
    static ServerFault body(String name, End end, Script script) {
        return afterRequest(name, end, (sample, kind, caller) -> {
            caller.head("200 OK", "content-type: " + sample.type(kind));
            script.play(sample, kind, caller);
        });
    }

    ServerFault only(BiPredicate<WireSample, CallKind> where) {
        return new ServerFault(name, script, at.and(where), end, most, garbage, silence, idle);
    }

    ServerFault only(CallKind where) {
        return only((sample, kind) -> kind == where);
    }

    ServerFault endsIn(BiFunction<WireSample, CallKind, End> ends) {
        return new ServerFault(name, script, at, ends, most, garbage, silence, idle);
    }

    ServerFault readUpTo(long bytes) {
        return new ServerFault(name, script, at, end, bytes, garbage, silence, idle);
    }

    ServerFault allocating(long bytes) {
        return new ServerFault(name, script, at, end, most, bytes, silence, idle);
    }

    ServerFault silentFor(Duration time) {
        return new ServerFault(name, script, at, end, most, garbage, time, idle);
    }

    ServerFault idleFor(Duration time) {
        return new ServerFault(name, script, at, end, most, garbage, silence, time);
    }

    @Override
    public String toString() {
        return name;
    }
}
