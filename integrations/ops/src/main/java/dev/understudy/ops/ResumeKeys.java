package dev.understudy.ops;

import dev.understudy.chat.ChatProvider;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.streaming.StreamBuffer;
import dev.understudy.streaming.Way;
import java.time.Duration;
import java.util.List;

/** {@link ResumePolicy}: how interrupted streams of an agent are continued. */
final class ResumeKeys {

    private static final ResumePolicy USUAL = ResumePolicy.defaults();

    private static final Key<Boolean> ENABLED =
            Key.of("enabled", Scalars.FLAG, true, "false keeps nothing alive, whatever `defaults` say");
    private static final Key<Integer> BUFFER_TOKENS = Key.optional(
            "tokens", Scalars.whole(1), "pieces of content, each about one token; no limit if only `time` is set");
    private static final Key<Duration> BUFFER_TIME =
            Key.optional("time", Scalars.DURATION, "from the first held piece");
    private static final Key<Boolean> BUFFER_WHOLE =
            Key.of("whole", Scalars.FLAG, false, "everything up to the finish");

    private static final Section<StreamBuffer> BUFFER = new Section<>(
            "resumeBuffer",
            "how much of the beginning is held back, so that an early death is invisible",
            List.of(BUFFER_TOKENS, BUFFER_TIME, BUFFER_WHOLE),
            ResumeKeys::buffer);

    private static final Key<Integer> WORD = Key.of(
            "word",
            Scalars.whole(1),
            USUAL.limits().word(),
            "characters of one word that are held before it is shown in parts");
    private static final Key<Integer> ANCHOR = Key.of(
            "anchor",
            Scalars.whole(16),
            USUAL.limits().anchor(),
            "how many of the last characters are quoted by `anchored`");
    private static final Key<Integer> SEARCH = Key.of(
            "search", Scalars.whole(0), USUAL.limits().search(), "characters that may stand before their repeat");

    private static final Section<ResumePolicy.Limits> LIMITS = new Section<>(
            "resumeLimits",
            "sizes of what is held and searched",
            List.of(WORD, ANCHOR, SEARCH),
            said -> new ResumePolicy.Limits(said.get(WORD), said.get(ANCHOR), said.get(SEARCH)));

    private static final Key<String> POLICY = Key.of(
            "policy",
            Scalars.choice(List.of("exact", "anchored", "restarting"), name -> name),
            "exact",
            "which ways are tried");
    private static final Key<List<Way>> WAYS = Key.optional(
            "ways", Many.list(Scalars.choice(Way.class)), "the ways in order, instead of those of `policy`");
    private static final Key<Integer> TAKEOVERS = Key.of(
            "takeovers", Scalars.whole(0), USUAL.takeovers(), "how often another server may take over one answer");
    private static final Key<Boolean> ANY_REPLAY = Key.of(
            "anyReplay",
            Scalars.FLAG,
            USUAL.anyReplay(),
            "whether `replay` is tried for requests that are not deterministic too");
    private static final Key<StreamBuffer> BUFFER_KEY = Key.of("buffer", BUFFER, USUAL.buffer(), BUFFER.doc());
    private static final Key<Boolean> WHOLE_STRUCTURED = Key.of(
            "wholeStructured",
            Scalars.FLAG,
            USUAL.wholeStructured(),
            "whether answers in JSON are held until they are whole");
    private static final Key<ResumePolicy.Limits> LIMITS_KEY = Key.of("limits", LIMITS, USUAL.limits(), LIMITS.doc());

    static final Section<Resume> SECTION = new Section<>(
            "resume",
            "how opened streams are kept alive",
            List.of(ENABLED, POLICY, WAYS, TAKEOVERS, ANY_REPLAY, BUFFER_KEY, WHOLE_STRUCTURED, LIMITS_KEY),
            ResumeKeys::resume);

    private ResumeKeys() {}

    /**
     * Whether and how interrupted streams of an agent are continued.
     *
     * @param enabled whether a {@link ResumingProvider} is around the agent
     * @param policy how, if so
     */
    record Resume(boolean enabled, ResumePolicy policy) {

        static final Resume OFF = new Resume(false, USUAL);

        ChatProvider around(ChatProvider chain) {
            return enabled ? ResumingProvider.over(chain, policy) : chain;
        }
    }

    private static Resume resume(Values said) {
        if (!said.get(ENABLED)) {
            return Resume.OFF;
        }
        List<Way> ways = said.find(WAYS);
        ResumePolicy policy = ways == null ? named(said.get(POLICY)) : ResumePolicy.of(ways.toArray(new Way[0]));
        return new Resume(
                true,
                policy.withTakeovers(said.get(TAKEOVERS))
                        .withAnyReplay(said.get(ANY_REPLAY))
                        .withBuffer(said.get(BUFFER_KEY))
                        .withWholeStructured(said.get(WHOLE_STRUCTURED))
                        .withLimits(said.get(LIMITS_KEY)));
    }

    private static ResumePolicy named(String policy) {
        return switch (policy) {
            case "anchored" -> ResumePolicy.anchored();
            case "restarting" -> ResumePolicy.restarting();
            default -> ResumePolicy.exact();
        };
    }

    private static StreamBuffer buffer(Values said) {
        Duration time = said.find(BUFFER_TIME);
        Integer tokens = said.find(BUFFER_TOKENS);
        if (said.get(BUFFER_WHOLE) || tokens == null && time != null) {
            return new StreamBuffer(StreamBuffer.whole().tokens(), time);
        }
        return new StreamBuffer(tokens == null ? 0 : tokens, time);
    }
}
