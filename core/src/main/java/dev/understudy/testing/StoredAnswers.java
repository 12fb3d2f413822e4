package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Question;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Responses that were asked for in background mode: they are told again to whoever asks by their id. */
final class StoredAnswers {

    /**
     * One of them.
     *
     * @param scriptedReply what was played; it is played again without what went wrong, for that was the connection's
     * @param asked how it was asked for
     */
    record Kept(ScriptedReply scriptedReply, Question asked) {}

    /** Far more than any rehearsal asks for. */
    private static final int MOST = 10_000;

    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    void keep(ScriptedReply scriptedReply, Question asked) {
        if (asked.background() && scriptedReply.spec.body() instanceof ReplyBody.Said said && kept.size() < MOST) {
            kept.put(OpenAiResponsesFormat.id(said.answer()), new Kept(scriptedReply.unharmed(), asked));
        }
    }

    /** What a GET asks for; {@code null} when nothing of that id was begun. */
    @Nullable
    Kept find(RecordedRequest asked) {
        String path = asked.path();
        return asked.method().equals("GET") ? kept.get(path.substring(path.lastIndexOf('/') + 1)) : null;
    }

    /** The question of a GET for an answer that was asked for so. */
    static Question question(Kept kept, RecordedRequest asked) {
        String after = asked.query("starting_after");
        return kept.asked().after(after == null ? -1 : Integer.parseInt(after));
    }
}
