package dev.understudy.testing;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Answers of a scripted provider or server: by rule, else from a queue, else the default. Thread-safe. */
final class Script<Q, A> {

    private final List<ScriptedAnswer.Rule<? super Q, ? extends A>> rules = new CopyOnWriteArrayList<>();
    private final ArrayDeque<A> queue = new ArrayDeque<>();
    private A fallback;
    private boolean fixed;

    Script(A fallback) {
        this.fallback = fallback;
    }

    void rule(ScriptedAnswer.Rule<? super Q, ? extends A> rule) {
        rules.add(rule);
    }

    synchronized void then(List<? extends A> answers) {
        queue.addAll(answers);
    }

    synchronized void always(A answer) {
        fallback = answer;
        fixed = true;
    }

    A next(Q asked) {
        A fromRule = fromRules(asked);
        return fromRule == null ? next() : fromRule;
    }

    /** Answer of the first matching rule; each rule is evaluated once for each call. */
    @Nullable
    A fromRules(Q asked) {
        for (ScriptedAnswer.Rule<? super Q, ? extends A> rule : rules) {
            A answer = rule.answer(asked);
            if (answer != null) {
                return answer;
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
        return first == null ? fallback : first;
    }

    /** Next answer without rules. */
    synchronized A next() {
        A first = queue.poll();
        if (first == null) {
            return fallback;
        }
        if (!fixed) {
            fallback = first;
        }
        return first;
    }
}
