package dev.understudy.chat;

import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Handle of a response that its vendor keeps while generating it. A provider that can deliver such a response again
 * emits the token on the stream ({@link StreamChunk.Resumable}). To resume, the caller makes one call of the same
 * request with the token in the Reactor Context: the provider delivers the same response from its beginning, and
 * nothing is generated again. A provider that does not know the token fails with {@link FailureKind#UNSUPPORTED} and
 * sends nothing.
 *
 * <p>Opaque. For one stream at a time: resuming ends the previous stream.
 */
public interface ResumeToken {

    /**
     * Returns the name of the provider that keeps the response.
     *
     * @return the name
     */
    String provider();

    /**
     * Returns the model as the provider names it.
     *
     * @return the model
     */
    String model();

    /**
     * Returns whether the response may still be resumed.
     *
     * @return {@code false} once the vendor has reported that the response failed
     */
    boolean isAlive();

    /**
     * Adds the token to the Context of a call that resumes the response.
     *
     * @param context the Context
     * @return the Context with this token
     */
    default Context in(Context context) {
        return context.put(ResumeToken.class, this);
    }

    /**
     * Returns the token in a Reactor Context.
     *
     * @param context the Context of a call
     * @return the token; {@code null} for a call that generates a new response
     */
    static @Nullable ResumeToken of(ContextView context) {
        return context.hasKey(ResumeToken.class) ? context.get(ResumeToken.class) : null;
    }
}
