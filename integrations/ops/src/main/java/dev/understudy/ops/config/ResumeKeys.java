package dev.understudy.ops.config;

import dev.understudy.chat.ChatProvider;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.streaming.StreamBuffer;
import java.time.Duration;
import java.util.List;

/** Keys of {@link ResumePolicy}. */
final class ResumeKeys {

    private static final ResumePolicy DEFAULTS = ResumePolicy.defaults();

    private static final ConfigKey<Boolean> ENABLED = ConfigKey.of(
            "enabled", ScalarTypes.FLAG, true, "false disables resuming for this agent, also if `defaults` enables it");
    private static final ConfigKey<Integer> BUFFER_TOKENS = ConfigKey.optional(
            "tokens",
            ScalarTypes.whole(1),
            "largest number of buffered pieces of content, each about one token; no limit if only `time` is set");
    private static final ConfigKey<Duration> BUFFER_TIME =
            ConfigKey.optional("time", ScalarTypes.DURATION, "time limit of the buffer, from the first buffered piece");
    private static final ConfigKey<Boolean> BUFFER_WHOLE =
            ConfigKey.of("whole", ScalarTypes.FLAG, false, "true buffers everything up to the finish");

    private static final ObjectType<StreamBuffer> BUFFER = new ObjectType<>(
            "resumeBuffer",
            "buffering of the beginning of a stream, so that an early interruption is not visible",
            List.of(BUFFER_TOKENS, BUFFER_TIME, BUFFER_WHOLE),
            ResumeKeys::buffer);

    private static final ConfigKey<Integer> WORD = ConfigKey.of(
            "word",
            ScalarTypes.whole(1),
            DEFAULTS.limits().word(),
            "largest number of characters of a word that are buffered; a longer word is delivered in parts");
    private static final ConfigKey<Integer> ANCHOR = ConfigKey.of(
            "anchor",
            ScalarTypes.whole(16),
            DEFAULTS.limits().anchor(),
            "number of the last characters that the strategy `anchored` quotes");
    private static final ConfigKey<Integer> SEARCH = ConfigKey.of(
            "search",
            ScalarTypes.whole(0),
            DEFAULTS.limits().search(),
            "number of characters that may precede the repeated quotation");

    private static final ObjectType<ResumePolicy.Limits> LIMITS = new ObjectType<>(
            "resumeLimits",
            "sizes of buffered and searched text",
            List.of(WORD, ANCHOR, SEARCH),
            values -> new ResumePolicy.Limits(values.get(WORD), values.get(ANCHOR), values.get(SEARCH)));

    private static final ResumePolicy.Hedging HEDGED = ResumePolicy.Hedging.none();

    private static final ConfigKey<Boolean> HEDGES = ConfigKey.of(
            "enabled", ScalarTypes.FLAG, HEDGED.enabled(), "true begins a takeover beside a silent stream");
    private static final ConfigKey<Duration> SILENCE =
            ConfigKey.of("atLeast", ScalarTypes.DURATION, HEDGED.atLeast(), "shortest silence that is suspicious");
    private static final ConfigKey<Double> FACTOR = ConfigKey.of(
            "factor",
            ScalarTypes.number("[1", "1 or more"),
            HEDGED.factor(),
            "multiple of the longest recent gap of the stream from which on a silence is suspicious");
    private static final ConfigKey<Double> MAX_EXTRA = ConfigKey.of(
            "maxExtra",
            ScalarTypes.number("(0,1]", "above 0 and at most 1"),
            HEDGED.maxExtra(),
            "largest share of streams that are hedged");

    private static final ObjectType<ResumePolicy.Hedging> HEDGING = new ObjectType<>(
            "resumeHedging",
            "takeovers that begin beside a silent stream, before its idle limit; both requests may be billed",
            List.of(HEDGES, SILENCE, FACTOR, MAX_EXTRA),
            values -> new ResumePolicy.Hedging(
                    values.get(HEDGES), values.get(SILENCE), values.get(FACTOR), values.get(MAX_EXTRA)));

    private static final ConfigKey<String> POLICY = ConfigKey.of(
            "policy",
            ScalarTypes.choice(List.of("exact", "anchored", "restarting"), name -> name),
            "exact",
            "set of strategies: `exact` needs a stored answer, `prefill` among the features of the model or an answer that another route "
                    + "repeats, as at temperature 0; `anchored` and `restarting` go on where these fail, with other text");
    private static final ConfigKey<List<ResumePolicy.Strategy>> WAYS = ConfigKey.optional(
            "ways",
            CollectionTypes.list(ScalarTypes.choice(ResumePolicy.Strategy.class)),
            "strategies in order, instead of those of `policy`");
    private static final ConfigKey<Integer> TAKEOVERS = ConfigKey.of(
            "takeovers", ScalarTypes.whole(0), DEFAULTS.takeovers(), "largest number of continuations of one answer");
    private static final ConfigKey<StreamBuffer> BUFFER_KEY =
            ConfigKey.of("buffer", BUFFER, DEFAULTS.buffer(), BUFFER.doc());
    private static final ConfigKey<Boolean> WHOLE_STRUCTURED = ConfigKey.of(
            "wholeStructured",
            ScalarTypes.FLAG,
            DEFAULTS.wholeStructured(),
            "true buffers answers in JSON until they are complete");
    private static final ConfigKey<ResumePolicy.Limits> LIMITS_KEY =
            ConfigKey.of("limits", LIMITS, DEFAULTS.limits(), LIMITS.doc());
    private static final ConfigKey<ResumePolicy.Hedging> HEDGING_KEY =
            ConfigKey.of("hedging", HEDGING, DEFAULTS.hedging(), HEDGING.doc());

    static final ObjectType<Resume> SECTION = new ObjectType<>(
            "resume",
            "resuming of streams that break off after their first content; without this section the agent resumes with these "
                    + "defaults",
            List.of(ENABLED, POLICY, WAYS, TAKEOVERS, BUFFER_KEY, WHOLE_STRUCTURED, LIMITS_KEY, HEDGING_KEY),
            ResumeKeys::resume);

    private ResumeKeys() {}

    /**
     * Resuming of an agent.
     *
     * @param enabled {@code true} if interrupted streams are resumed
     * @param policy policy of resuming
     */
    record Resume(boolean enabled, ResumePolicy policy) {

        static final Resume OFF = new Resume(false, DEFAULTS);
        static final Resume ON = new Resume(true, DEFAULTS);

        ChatProvider around(ChatProvider chain) {
            return enabled ? ResumingProvider.over(chain, policy) : chain;
        }
    }

    private static Resume resume(ConfigValues values) {
        if (!values.get(ENABLED)) {
            return Resume.OFF;
        }
        List<ResumePolicy.Strategy> resumeStrategies = values.find(WAYS);
        ResumePolicy policy = resumeStrategies == null
                ? named(values.get(POLICY))
                : ResumePolicy.of(resumeStrategies.toArray(new ResumePolicy.Strategy[0]));
        return new Resume(
                true,
                policy.withTakeovers(values.get(TAKEOVERS))
                        .withBuffer(values.get(BUFFER_KEY))
                        .withWholeStructured(values.get(WHOLE_STRUCTURED))
                        .withLimits(values.get(LIMITS_KEY))
                        .withHedging(values.get(HEDGING_KEY)));
    }

    private static ResumePolicy named(String policy) {
        return switch (policy) {
            case "anchored" -> ResumePolicy.anchored();
            case "restarting" -> ResumePolicy.restarting();
            default -> ResumePolicy.exact();
        };
    }

    private static StreamBuffer buffer(ConfigValues values) {
        Duration time = values.find(BUFFER_TIME);
        Integer tokens = values.find(BUFFER_TOKENS);
        if (values.get(BUFFER_WHOLE) || (tokens == null && time != null)) {
            return new StreamBuffer(StreamBuffer.whole().tokens(), time);
        }
        return new StreamBuffer(tokens == null ? 0 : tokens, time);
    }
}
