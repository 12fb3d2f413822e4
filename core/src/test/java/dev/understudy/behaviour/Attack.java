package dev.understudy.behaviour;

import dev.understudy.behaviour.HostileServer.Caller;
import dev.understudy.chat.FailureKind;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;

/**
 * One thing that a broken or hostile server may do, and what has to come of it.
 *
 * @param at the cells in which it can be done
 * @param end what has to come of it
 * @param most bytes that may be read of it, and lie in buffers on the way
 * @param garbage bytes that may be allocated for it, whatever it says
 * @param silence how long the door bears silence here
 */
record Attack(
        String name,
        Script script,
        BiPredicate<Tongue, Door> at,
        BiFunction<Tongue, Door, End> end,
        long most,
        long garbage,
        Duration silence) {

    static final long MIB = 1 << 20;

    /** What is said, in which dialect and to whom. */
    @FunctionalInterface
    interface Script {
        void play(Tongue tongue, Door door, Caller caller) throws IOException;
    }

    /**
     * How it ends.
     *
     * @param kinds how the failure may be typed; empty if the answer is good all the same
     * @param words what its message says, or else the text of the answer
     */
    record End(Set<FailureKind> kinds, String words) {
        static final End SERVED = says(Tongue.TEXT);

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

    private static Attack of(String name, End end, Script script) {
        return new Attack(
                name, script, (tongue, door) -> true, (tongue, door) -> end, MIB, 24 * MIB, Duration.ofSeconds(10));
    }

    /** The request is heard first. */
    static Attack heard(String name, End end, Script script) {
        return of(name, end, (tongue, door, caller) -> {
            caller.hear();
            script.play(tongue, door, caller);
        });
    }

    /** It begins before the request was heard. */
    static Attack unheard(String name, End end, Script script) {
        return of(name, end, script);
    }

    /** A body with status 200, the type that belongs to it and the end of the connection as its end. */
    static Attack body(String name, End end, Script script) {
        return heard(name, end, (tongue, door, caller) -> {
            caller.head("200 OK", "content-type: " + tongue.type(door));
            script.play(tongue, door, caller);
        });
    }

    Attack only(BiPredicate<Tongue, Door> where) {
        return new Attack(name, script, at.and(where), end, most, garbage, silence);
    }

    Attack only(Door where) {
        return only((tongue, door) -> door == where);
    }

    Attack endsIn(BiFunction<Tongue, Door, End> ends) {
        return new Attack(name, script, at, ends, most, garbage, silence);
    }

    Attack readUpTo(long bytes) {
        return new Attack(name, script, at, end, bytes, garbage, silence);
    }

    Attack allocating(long bytes) {
        return new Attack(name, script, at, end, most, bytes, silence);
    }

    Attack silentFor(Duration time) {
        return new Attack(name, script, at, end, most, garbage, time);
    }

    @Override
    public String toString() {
        return name;
    }
}
