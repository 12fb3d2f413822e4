package dev.understudy.testing;

import org.jspecify.annotations.Nullable;

/**
 * Answer that depends on the request. Applied once for each call, on its caller's thread: a rule must not block. A {@link
 * java.util.function.Function} would do, but null checkers do not let a lambda of one return {@code null}.
 *
 * @param <Q> the request: a {@link dev.understudy.chat.ChatRequest} or a {@link RecordedRequest}
 * @param <A> the answer: a {@link ScriptedAnswer} or a {@link ScriptedReply}
 */
@FunctionalInterface
public interface AnswerRule<Q, A> {

    /**
     * Answers a request.
     *
     * @param request the request
     * @return the answer; {@code null} leaves it to the next rule, and then to the queue
     */
    @Nullable
    A answer(Q request);
}
