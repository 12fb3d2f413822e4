package dev.understudy.testing;

import dev.understudy.testing.Speech.Question;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What one reply becomes, for each way of asking: the second time it costs nothing, and many streams share the bytes. */
final class Rundowns {

    private record Scene(Speech speech, Question question) {}

    /** One reply is rarely asked for in more ways; past that it is made anew each time. */
    private static final int LIMIT = 8;

    private final Map<Scene, Rundown> made = new ConcurrentHashMap<>(2);

    Rundown of(Reply reply, Speech speech, Question question) {
        Scene scene = new Scene(speech, question);
        Rundown known = made.get(scene);
        if (known != null) {
            return known;
        }
        Rundown rundown = Rundown.of(reply, speech, question);
        if (made.size() < LIMIT) {
            made.put(scene, rundown);
        }
        return rundown;
    }
}
