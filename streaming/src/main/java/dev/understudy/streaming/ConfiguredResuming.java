package dev.understudy.streaming;

import dev.understudy.Resuming;
import dev.understudy.chat.ChatProvider;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A {@link ResumingProvider} for chains that are configured without code. Found with {@link java.util.ServiceLoader}. */
public final class ConfiguredResuming implements Resuming {

    /** What {@link java.util.ServiceLoader} calls. */
    public ConfiguredResuming() {}

    @Override
    public UnaryOperator<ChatProvider> around(Map<String, ?> settings) {
        ResumePolicy policy = policy(settings);
        return chain -> ResumingProvider.over(chain, policy);
    }

    static ResumePolicy policy(Map<String, ?> settings) {
        ResumePolicy usual = named(settings);
        ResumePolicy.Limits limits = usual.limits();
        return usual.withTakeovers(number(settings, "takeovers", usual.takeovers()))
                .withAnyReplay(flag(settings, "anyReplay", usual.anyReplay()))
                .withWholeStructured(flag(settings, "wholeStructured", usual.wholeStructured()))
                .withBuffer(buffer(settings))
                .withLimits(new ResumePolicy.Limits(
                        number(settings, "word", limits.word()),
                        number(settings, "anchor", limits.anchor()),
                        number(settings, "search", limits.search())));
    }

    private static ResumePolicy named(Map<String, ?> settings) {
        if (settings.get("ways") instanceof List<?> ways) {
            return ResumePolicy.of(ways.stream()
                    .map(way ->
                            Way.valueOf(way.toString().toUpperCase(Locale.ROOT).replace('-', '_')))
                    .toArray(Way[]::new));
        }
        Object policy = settings.get("policy");
        return switch (policy == null ? "exact" : policy.toString()) {
            case "exact" -> ResumePolicy.exact();
            case "anchored" -> ResumePolicy.anchored();
            case "restarting" -> ResumePolicy.restarting();
            default -> throw new IllegalArgumentException("policy is exact, anchored or restarting");
        };
    }

    private static StreamBuffer buffer(Map<String, ?> settings) {
        Duration time = settings.get("bufferTime") instanceof Duration told ? told : null;
        int everything = StreamBuffer.whole().tokens();
        if (flag(settings, "bufferWhole", false)) {
            return new StreamBuffer(everything, time);
        }
        return new StreamBuffer(number(settings, "bufferTokens", time == null ? 0 : everything), time);
    }

    private static int number(Map<String, ?> settings, String name, int usual) {
        return settings.get(name) instanceof Integer told ? told : usual;
    }

    private static boolean flag(Map<String, ?> settings, String name, boolean usual) {
        return settings.get(name) instanceof Boolean told ? told : usual;
    }
}
