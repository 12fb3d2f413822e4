package dev.understudy.testing;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Answers of a scripted provider or server: by rule, else from a queue, else the default. Thread-safe. */
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

    /** Answer of the first matching rule; each rule is evaluated once for each call. */
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

    /** Next answer without rules; it stays in the queue. */
    synchronized A peek() {
        A first = queue.peek();
        return first == null ? standing : first;
    }

    /** Next answer without rules. */
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
