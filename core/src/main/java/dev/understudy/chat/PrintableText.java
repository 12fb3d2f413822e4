package dev.understudy.chat;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Escapes characters that would change a terminal or begin another log line. */
final class PrintableText {

    private PrintableText() {}

    /** Returns the text itself if there is nothing to escape. */
    static String of(String text) {
        if (text.codePoints().allMatch(PrintableText::isPrintable)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (isPrintable(point)) {
                escaped.appendCodePoint(point);
            } else {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", point));
            }
        });
        return escaped.toString();
    }

    /** Escapes each line of a text; the names within were escaped before. */
    static String lines(String text) {
        return text.indexOf('\n') < 0
                ? of(text)
                : Arrays.stream(text.split("\n", -1)).map(PrintableText::of).collect(Collectors.joining("\n"));
    }

    /** Excludes control and format characters, line ends, lone surrogates and unassigned code points. */
    private static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
