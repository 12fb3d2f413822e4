package dev.understudy.testing;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Who is asked answers by rule, else from a queue, else with what stands. Safe for use by many threads. */
final class Script<Q, A> {

    private final List<AnswerRule<? super Q, ? extends A>> rules = new CopyOnWriteArrayList<>();
    private final ArrayDeque<A> queue = new ArrayDeque<>();
    private A standing;
    private boolean decreed;

    Script(A standing) {
        this.standing = standing;
    }

    void rule(AnswerRule<? super Q, ? extends A> rule) {
        rules.add(rule);
    }

    synchronized void then(List<? extends A> answers) {
        queue.addAll(answers);
    }

    synchronized void always(A answer) {
        standing = answer;
        decreed = true;
    }

    A next(Q asked) {
        A ruled = ruled(asked);
        return ruled == null ? next() : ruled;
    }

    /** What a rule answers; each rule is asked once for each call. */
    @Nullable
    A ruled(Q asked) {
        for (AnswerRule<? super Q, ? extends A> rule : rules) {
            A ruled = rule.answer(asked);
            if (ruled != null) {
                return ruled;
            }
        }
        return null;
    }

    boolean hasRules() {
        return !rules.isEmpty();
    }

    /** What comes next without rules; nothing is used up. */
    synchronized A peek() {
        A first = queue.peek();
        return first == null ? standing : first;
    }

    /** What comes next without rules. */
    synchronized A next() {
        A first = queue.poll();
        if (first == null) {
            return standing;
        }
        if (!decreed) {
            standing = first;
        }
        return first;
    }
}
