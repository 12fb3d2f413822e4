package dev.understudy.gateway.reliability;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One row of the fault wall.
 *
 * @param name name of the fault
 * @param upstream behaviour of the upstreams
 * @param caller result that the caller must get
 * @param slots providers in order
 * @param modes forms of the call that the fault applies to
 * @param waits {@code true} if the row waits for limits of ten seconds and more
 * @param question the request
 * @param play calls and checks
 */
record Fault(
        String name,
        String upstream,
        String caller,
        List<Slot> slots,
        Set<Mode> modes,
        boolean waits,
        Question question,
        Play play) {

    /** Calls the providers of a fixture and checks the outcome. */
    @FunctionalInterface
    interface Play {
        void on(Fixture fixture) throws Exception;
    }

    /** Checks the outcome of a single call. */
    @FunctionalInterface
    interface Check {
        void of(Run run);
    }

    /**
     * A fault of the first provider, with a second one of the other dialect that answers.
     *
     * @param name name of the fault
     * @param upstream behaviour of the upstreams
     * @param caller result that the caller must get
     */
    static Fault of(String name, String upstream, String caller, Slot... slots) {
        return new Fault(
                name,
                upstream,
                caller,
                List.of(slots),
                Set.of(Mode.values()),
                false,
                Question.PLAIN,
                fixture -> fixture.call().whole());
    }

    Fault only(Mode mode) {
        return new Fault(name, upstream, caller, slots, Set.of(mode), waits, question, play);
    }

    Fault waiting() {
        return new Fault(name, upstream, caller, slots, modes, true, question, play);
    }

    /** This fault at a provider of another model, such as one that does not reason and has shorter limits. */
    Fault withFirstModel(String model) {
        List<Slot> others = new ArrayList<>(slots);
        others.set(0, slots.get(0).withModel(model));
        return new Fault(name, upstream, caller, List.copyOf(others), modes, waits, question, play);
    }

    Fault asking(Question question) {
        return new Fault(name, upstream, caller, slots, modes, waits, question, play);
    }

    Fault playing(Play play) {
        return new Fault(name, upstream, caller, slots, modes, waits, question, play);
    }

    Fault ending(Check check) {
        return playing(fixture -> check.of(fixture.call()));
    }
}
