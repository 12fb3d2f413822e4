package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.guard.FailureTyping;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** Maps exceptions of the caller's code to typed errors, including those that Reactor throws instead of signalling. */
final class CallerCode {

    private CallerCode() {}

    /** Returns the publisher of a provider, or one that fails if the provider throws or returns {@code null}. */
    static <T> Publisher<T> answer(Supplier<@Nullable Publisher<T>> provider, FailureTyping failureTyping) {
        try {
            Publisher<T> answer = provider.get();
            return answer != null ? answer : Flux.error(new NullPointerException("the provider returned no publisher"));
        } catch (Throwable thrown) {
            return Flux.error(failureTyping.typed(thrown));
        }
    }

    /** Returns the error of a call that ends because the caller's code threw before a request was sent. */
    static ChatException.Rejected rejected(String context, Throwable thrown) {
        return thrown instanceof ChatException.Rejected rejected
                ? rejected
                : new ChatException.Rejected(
                        ChatException.Rejected.Reason.CODE_FAILED,
                        context + ": " + thrown.getClass().getName(),
                        AttemptLog.empty(),
                        thrown);
    }

    /** Returns the error that ends a call. */
    static ChatException typed(Throwable error) {
        return error instanceof ChatException typed ? typed : rejected("The call failed", error);
    }

    /** Returns true for errors of the JVM after which no other attempt is made. */
    static boolean isFatal(@Nullable Throwable cause) {
        return cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError);
    }
}
