package dev.understudy.ops.config;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Types of single values. */
public final class ScalarTypes {

    static final ValueType<String> TEXT =
            new ScalarType<>("string", "a text", Map.of("minLength", 1), ScalarTypes::filled, t -> t);

    static final ValueType<String> WORD =
            new ScalarType<>("string", "one word", Map.of("pattern", "^\\S+$"), text -> matching("\\S+", text), t -> t);

    static final ValueType<Boolean> FLAG =
            new ScalarType<>("boolean", "true or false", Map.of(), Boolean::valueOf, b -> b);

    /** A duration longer than zero. */
    public static final ValueType<Duration> DURATION =
            duration("a duration longer than zero: 500ms, 10s, 5m or 1h", false);

    /** A duration of zero or longer. */
    static final ValueType<Duration> PAUSE = duration("a duration: 0s, 500ms, 10s, 5m or 1h", true);

    static final ValueType<URI> URL = new ScalarType<>(
            "string",
            "an absolute URL without user and password: https://host/path",
            Map.of("format", "uri"),
            ScalarTypes::url,
            URI::toString);

    static final ValueType<String> PATH = new ScalarType<>(
            "string",
            "a path that begins with a slash",
            Map.of("pattern", "^/"),
            text -> matching("/\\S*", text),
            path -> path);

    private ScalarTypes() {}

    static ValueType<Integer> whole(int least) {
        return whole(least, Integer.MAX_VALUE);
    }

    static ValueType<Integer> whole(int least, int most) {
        boolean open = most == Integer.MAX_VALUE;
        Map<String, Object> range = new LinkedHashMap<>();
        range.put("minimum", least);
        if (!open) {
            range.put("maximum", most);
        }
        return new ScalarType<>(
                "integer",
                "a whole number, " + (open ? least + " or more" : "from " + least + " to " + most),
                range,
                text -> {
                    int number = new BigDecimal(text).intValueExact();
                    return accepted(number, number >= least && number <= most);
                },
                number -> number);
    }

    /** A number within bounds in interval notation: {@code "[0"}, {@code "(0,1)"}, {@code "[0,1)"}. */
    static ValueType<Double> number(String bounds, String words) {
        String[] ends = bounds.substring(1).replaceAll("[)\\]]$", "").split(",", -1);
        double least = Double.parseDouble(ends[0]);
        double most = ends.length == 1 ? Double.POSITIVE_INFINITY : Double.parseDouble(ends[1]);
        boolean withLeast = bounds.startsWith("[");
        boolean withMost = bounds.endsWith("]") || ends.length == 1;
        Map<String, Object> range = new LinkedHashMap<>();
        range.put(withLeast ? "minimum" : "exclusiveMinimum", plain(least));
        if (ends.length > 1) {
            range.put(withMost ? "maximum" : "exclusiveMaximum", plain(most));
        }
        return new ScalarType<>(
                "number",
                "a number, " + words,
                range,
                text -> {
                    double number = Double.parseDouble(text);
                    boolean above = withLeast ? number >= least : number > least;
                    boolean below = withMost ? number <= most : number < most;
                    return accepted(number, above && below && Double.isFinite(number));
                },
                ScalarTypes::plain);
    }

    /** One constant of an enum, in lower case with hyphens. */
    static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
        List<E> constants = Arrays.asList(type.getEnumConstants());
        return choice(constants, ScalarTypes::label);
    }

    /** One of these values, by its label. */
    static <E> ValueType<E> choice(List<E> all, Function<E, String> label) {
        return choice(all, label, "", List.of());
    }

    /** One of these values, by its label. A label of another key is answered with that key. */
    static <E> ValueType<E> choice(List<E> all, Function<E, String> label, String otherKey, List<String> others) {
        List<String> labels = all.stream().map(label).toList();
        return new ScalarType<>(
                "string",
                Suggestions.oneOf(labels),
                Map.of("enum", labels),
                text -> {
                    if (!labels.contains(text)) {
                        throw new InvalidValueException(
                                "", "is none of the choices", Suggestions.to(text, labels, otherKey, others));
                    }
                    return all.get(labels.indexOf(text));
                },
                label::apply);
    }

    /** Converts {@code DROP_OLDEST_HALF} to {@code drop-oldest-half}. */
    static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static ValueType<Duration> duration(String words, boolean zero) {
        return new ScalarType<>(
                "string",
                words,
                Map.of("pattern", Durations.PATTERN),
                text -> {
                    Duration read = Durations.read(text);
                    return accepted(read, zero || !read.isZero());
                },
                Durations::written);
    }

    private static String filled(String text) {
        return accepted(text, !text.isBlank());
    }

    static String matching(String pattern, String text) {
        return accepted(text, Pattern.matches(pattern, text));
    }

    private static URI url(String text) {
        URI url = URI.create(text);
        boolean absolute = url.getHost() != null && List.of("http", "https").contains(url.getScheme());
        return accepted(url, absolute && url.getRawUserInfo() == null && url.getRawFragment() == null);
    }

    private static Number plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15 ? (Number) (long) number : (Number) number;
    }

    private static <T> T accepted(T value, boolean valid) {
        if (!valid) {
            throw new IllegalArgumentException();
        }
        return value;
    }
}
