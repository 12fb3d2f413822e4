package dev.understudy.chat;

import org.jspecify.annotations.Nullable;

/**
 * Maps exceptions of providers to typed failures, which decide about retry and failover. Called for exceptions other than
 * {@link ChatException}, on the thread of the signal, for each failed attempt: must neither block nor throw.
 */
@FunctionalInterface
public interface FailureClassifier {

    /**
     * Returns the failure that an exception stands for. Its message must hold no secret and no prompt.
     *
     * @param error the exception as signalled; its causes may say more
     * @return the failure; {@code null} if this classifier does not know the exception
     */
    @Nullable
    Failure classify(Throwable error);

    /**
     * Returns a classifier that asks this one first, and another one about exceptions that this one does not know.
     *
     * @param next the other classifier
     * @return both in this order
     */
    default FailureClassifier orElse(FailureClassifier next) {
        return error -> {
            Failure failure = classify(error);
            return failure != null ? failure : next.classify(error);
        };
    }
}
