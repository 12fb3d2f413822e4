package dev.understudy.gateway.clients;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client library and one of its APIs, in terms of what the tests ask of every client. */
interface JavaClient {

    /** Features that a client may lack. */
    enum Feature {
        /** Shows what the model thought, in a stream. */
        STREAMED_THOUGHT,
        /** Sends thinking back with its signature. */
        SIGNATURE,
    }

    /**
     * A call.
     *
     * @param agent model of the gateway
     * @param stream false for a whole answer
     */
    record Call(String agent, String question, boolean stream) {}

    /**
     * An answer.
     *
     * @param outputTokens as the client reports them
     */
    record Answer(String text, String finish, long outputTokens) {}

    /** A structured output. */
    record Sky(String city, String sky) {}

    /**
     * Thinking.
     *
     * @param thought what the client shows, or {@code null}
     * @param next text of the answer to the next question of the conversation
     */
    record Thoughts(@Nullable String thought, String text, String next) {}

    /** Returns features that the client does not have. */
    default Set<Feature> lacks() {
        return Set.of();
    }

    Answer answer(Call call);

    /** Asks with a tool, calls it as often as the model wants, and returns the text of the last answer. */
    String tools(Call call, boolean thinking);

    Sky object(Call call);

    /** Asks with an attached file, and returns the text of the answer. */
    String look(Call call, String mediaType, String base64);

    Thoughts think(Call call, String next);

    /** Reads a stream up to its first text, and cancels it. */
    void leave(String agent, String question);

    /** Returns the type that the client documents for errors with a status, or in the middle of a stream for 200. */
    Class<? extends Throwable> errorType(int status);

    /** Returns the error of the client that a caller gets, without exceptions that wrap it. */
    default Throwable unwrapped(Throwable error) {
        return error;
    }

    /** Returns the status that an error of the client tells. */
    int status(Throwable error);
}
