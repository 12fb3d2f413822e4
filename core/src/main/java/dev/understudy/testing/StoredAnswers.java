package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Question;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Responses requested in background mode, which can be requested again by their id. Thread-safe. */
final class StoredAnswers {

    /**
     * A stored response.
     *
     * @param scriptedReply the reply, which is repeated without its fault: that concerned the connection
     * @param asked the original request
     */
    record Kept(ScriptedReply scriptedReply, Question asked) {}

    /** More than any test requests. */
    private static final int LIMIT = 10_000;

    private final Map<String, Kept> stored = new ConcurrentHashMap<>();

    void store(ScriptedReply scriptedReply, Question asked) {
        if (asked.background()
                && scriptedReply.spec.body() instanceof ReplyBody.Content content
                && stored.size() < LIMIT) {
            stored.put(OpenAiResponsesFormat.id(content.answer()), new Kept(scriptedReply.withoutFault(), asked));
        }
    }

    /** Response that a GET requests; {@code null} for an unknown id. */
    @Nullable
    Kept find(RecordedRequest asked) {
        String path = asked.path();
        return asked.method().equals("GET") ? stored.get(path.substring(path.lastIndexOf('/') + 1)) : null;
    }

    /** Request data of a GET for a stored response. */
    static Question question(Kept stored, RecordedRequest asked) {
        String after = asked.query("starting_after");
        return stored.asked().after(after == null ? -1 : Integer.parseInt(after));
    }
}
