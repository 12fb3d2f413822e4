package dev.understudy.provider.dialect;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Type of an event, read from the beginning of its payload. */
public final class EventType {

    private static final int BEGINNING = 512;

    private static final Pattern TYPE = Pattern.compile(
            "\\s*+\\{(?:\\s*+\"(?!type\")[^\"\\\\]*+\"\\s*+:\\s*+(?:\"[^\"\\\\]*+\"|[-\\w.]++)\\s*+,)*+"
                    + "\\s*+\"type\"\\s*+:\\s*+\"([^\"\\\\]*+)\".*",
            Pattern.DOTALL);

    private EventType() {}

    /**
     * Returns the field {@code type} if scalar fields only come before it, else the name of the event.
     *
     * @param event name of the event, "" without one
     */
    public static String of(String event, byte[] bytes, int from, int to) {
        String beginning = new String(bytes, from, Math.min(to - from, BEGINNING), StandardCharsets.ISO_8859_1);
        Matcher matcher = TYPE.matcher(beginning);
        return matcher.matches() ? matcher.group(1) : event;
    }
}
