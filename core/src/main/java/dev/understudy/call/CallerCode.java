package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.guard.FailureClassifier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** Turns what code of the caller throws into typed errors, those included that Reactor calls fatal and does not signal. */
final class CallerCode {

    private CallerCode() {}

    /** Returns the publisher of a provider; one that fails with what the provider throws, or because there is none. */
    static <T> Publisher<T> answer(Supplier<@Nullable Publisher<T>> provider) {
        try {
            Publisher<T> answer = provider.get();
            return answer != null ? answer : Flux.error(new NullPointerException("the provider returned no publisher"));
        } catch (Throwable thrown) {
            return Flux.error(FailureClassifier.typed(thrown));
        }
    }

    /** Returns the end of a call because code that is asked before anything is sent has thrown. */
    static ChatException.Rejected rejected(String what, Throwable thrown) {
        return thrown instanceof ChatException.Rejected rejected
                ? rejected
                : new ChatException.Rejected(what + ": " + thrown.getClass().getName(), AttemptLog.empty(), thrown);
    }

    /** Errors after which nothing else should be tried: the JVM has no memory, or is broken. */
    static boolean isFatal(@Nullable Throwable cause) {
        return cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError);
    }
}
