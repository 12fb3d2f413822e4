package dev.understudy.testing;

import org.jspecify.annotations.Nullable;

/**
 * An answer that depends on the question. Asked once for each question, on the asker's thread: it must not block.
 *
 * @param <Q> what is asked: a {@link dev.understudy.chat.ChatRequest} or a {@link Recorded}
 * @param <A> what answers: a {@link Cue} or a {@link Reply}
 */
@FunctionalInterface
public interface Rule<Q, A> {

    /** The answer; {@code null} leaves it to the next rule, and then to the queue. */
    @Nullable
    A answer(Q asked);
}
