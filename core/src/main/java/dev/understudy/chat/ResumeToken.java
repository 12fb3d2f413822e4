package dev.understudy.chat;

import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * An answer that its vendor keeps while it is produced. A provider that can tell it again offers the token on the stream
 * ({@link StreamChunk.Resumable}). Whoever lost that stream asks for the same request once more with the token in the
 * Reactor Context, and hears the same answer, word for word and from its beginning; nothing is generated anew. A
 * provider that does not know the token fails with {@link FailureKind#UNSUPPORTED} and sends nothing.
 *
 * <p>Opaque. For one stream at a time: with the next one the stream before is given up.
 */
public interface ResumeToken {

    /** Name of the provider that can tell the answer again. */
    String provider();

    /** The model that gives it, in that provider's words. */
    String model();

    /** Whether it is worth trying: no longer once the vendor has said that the answer failed. */
    boolean isAlive();

    /** The Context of a call that is to tell this answer again. */
    default Context in(Context context) {
        return context.put(ResumeToken.class, this);
    }

    /** The answer that is to be told again; {@code null} when a new one is asked for. */
    static @Nullable ResumeToken of(ContextView context) {
        return context.hasKey(ResumeToken.class) ? context.get(ResumeToken.class) : null;
    }
}
