package dev.understudy.ops;

import dev.understudy.Resuming;
import dev.understudy.chat.ChatProvider;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;

/** How opened streams are kept alive, by whoever implements {@link Resuming}. */
final class ResumeKeys {

    private static final Key<Boolean> ENABLED =
            Key.of("enabled", Scalars.FLAG, true, "false keeps nothing alive, whatever `defaults` say");
    private static final Key<Integer> BUFFER_TOKENS = Key.optional(
            "tokens", Scalars.whole(1), "pieces of content, each about one token; no limit if only `time` is set");
    private static final Key<Duration> BUFFER_TIME =
            Key.optional("time", Scalars.DURATION, "from the first held piece");
    private static final Key<Boolean> BUFFER_WHOLE =
            Key.of("whole", Scalars.FLAG, false, "everything up to the finish");

    private static final Section<Values> BUFFER = new Section<>(
            "resumeBuffer",
            "how much of the beginning is held back, so that an early death is invisible",
            List.of(BUFFER_TOKENS, BUFFER_TIME, BUFFER_WHOLE),
            said -> said);

    private static final Key<Integer> WORD =
            Key.of("word", Scalars.whole(1), 64, "characters of one word that are held before it is shown in parts");
    private static final Key<Integer> ANCHOR =
            Key.of("anchor", Scalars.whole(16), 40, "how many of the last characters are quoted by `anchored`");
    private static final Key<Integer> SEARCH =
            Key.of("search", Scalars.whole(0), 200, "characters that may stand before their repeat");

    private static final Section<Values> LIMITS = new Section<>(
            "resumeLimits", "sizes of what is held and searched", List.of(WORD, ANCHOR, SEARCH), said -> said);

    private static final Key<String> POLICY = Key.of(
            "policy",
            Scalars.choice(List.of("exact", "anchored", "restarting"), name -> name),
            "exact",
            "which ways are tried");
    private static final Key<List<String>> WAYS = Key.optional(
            "ways",
            Many.list(Scalars.choice(
                    List.of("same-response", "prefill", "replay", "restart", "anchored", "fail"), name -> name)),
            "the ways in order, instead of those of `policy`");
    private static final Key<Integer> TAKEOVERS =
            Key.of("takeovers", Scalars.whole(0), 1, "how often another server may take over one answer");
    private static final Key<Boolean> ANY_REPLAY = Key.of(
            "anyReplay", Scalars.FLAG, false, "whether `replay` is tried for requests that are not deterministic too");
    private static final Key<Values> BUFFER_KEY = Key.of("buffer", BUFFER, Values.NONE, BUFFER.doc());
    private static final Key<Boolean> WHOLE_STRUCTURED =
            Key.of("wholeStructured", Scalars.FLAG, true, "whether answers in JSON are held until they are whole");
    private static final Key<Values> LIMITS_KEY = Key.of("limits", LIMITS, Values.NONE, LIMITS.doc());

    static final Section<Resume> SECTION = new Section<>(
            "resume",
            "how opened streams are kept alive; needs `understudy-streaming`",
            List.of(ENABLED, POLICY, WAYS, TAKEOVERS, ANY_REPLAY, BUFFER_KEY, WHOLE_STRUCTURED, LIMITS_KEY),
            ResumeKeys::resume);

    private ResumeKeys() {}

    /** What is set, for whoever does it. */
    record Resume(boolean enabled, Map<String, Object> settings) {

        static final Resume OFF = new Resume(false, Map.of());

        ChatProvider around(ChatProvider chain) {
            return enabled ? builder().apply(chain) : chain;
        }

        private UnaryOperator<ChatProvider> builder() {
            return ServiceLoader.load(Resuming.class, Resuming.class.getClassLoader())
                    .findFirst()
                    .orElseThrow(() -> new Wrong(
                            "",
                            "needs understudy-streaming",
                            "add dev.understudy:understudy-streaming to the class path"))
                    .around(settings);
        }
    }

    private static Resume resume(Values said) {
        if (!said.get(ENABLED)) {
            return Resume.OFF;
        }
        Map<String, Object> settings = new HashMap<>();
        put(settings, said, "", POLICY, WAYS, TAKEOVERS, ANY_REPLAY, WHOLE_STRUCTURED);
        put(settings, said.get(BUFFER_KEY), "buffer", BUFFER_TOKENS, BUFFER_TIME, BUFFER_WHOLE);
        put(settings, said.get(LIMITS_KEY), "", WORD, ANCHOR, SEARCH);
        Resume resume = new Resume(true, Map.copyOf(settings));
        resume.builder(); // whoever does it has the last word on what goes together
        return resume;
    }

    private static void put(Map<String, Object> settings, Values said, String prefix, Key<?>... keys) {
        for (Key<?> key : keys) {
            Object value = said.said(key);
            if (value != null) {
                String name = key.name();
                settings.put(
                        prefix.isEmpty()
                                ? name
                                : prefix + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                        value);
            }
        }
    }
}
