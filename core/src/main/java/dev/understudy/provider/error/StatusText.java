package dev.understudy.provider.error;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP status in the message of an exception, such as {@code HTTP 429 - {"error":…}} or
 * {@code 503 Service Unavailable from POST …}.
 *
 * @param status the status, from 400 to 599
 * @param rest the message behind it
 */
record StatusText(int status, String rest) {

    private static final Pattern FIRST =
            Pattern.compile("^(?:HTTP(?:/[\\d.]{1,3})? )?([45]\\d\\d)(?=$| - |: | [A-Z]\\w| *\\{)");
    private static final Pattern NAMED =
            Pattern.compile("\\bstatus(?: ?code)?\\s?(?:is|of|[:=])?\\s?\\(?([45]\\d\\d)\\b", Pattern.CASE_INSENSITIVE);

    /** Statuses that servers and gateways put into the message of an error in a response with status 200. */
    private static final Pattern WITHIN = Pattern.compile(
            "^(?:HTTP(?:/[\\d.]{1,3})? )?([45]\\d\\d)(?=$| - |: | (?:Bad|Unauthorized|Payment|Forbidden|Not|Method|Request|"
                    + "Conflict|Gone|Payload|Unprocessable|Too|Internal|Service|Gateway|Server|Error)\\b| *\\{)"
                    + "|\\b(?:status(?: ?code)?|error code|HTTP(?: error)?|error)"
                    + "(?: is| of|[:=])? ?\\(?([45]\\d\\d)\\b(?! ?(?:tokens|words|characters|bytes|items|ms|s)\\b)",
            Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

    /**
     * Returns the status that the message of an in-band error names; 0 without one.
     *
     * @param excluded parts of the words that do not count
     */
    static int within(String words, TextSpan excluded) {
        Matcher matcher = WITHIN.matcher(TextLimits.truncate(words, 2 * TextLimits.EVIDENCE));
        if (!TextSpan.find(matcher, excluded)) {
            return 0;
        }
        return Integer.parseInt(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }

    static @Nullable StatusText in(@Nullable String message) {
        if (message == null) {
            return null;
        }
        String text = TextLimits.truncate(message, 2 * TextLimits.EVIDENCE);
        Matcher matcher = FIRST.matcher(text);
        if (!matcher.find()) {
            matcher = NAMED.matcher(text);
            if (!matcher.find()) {
                return null;
            }
        }
        return new StatusText(Integer.parseInt(matcher.group(1)), body(text, matcher.end()));
    }

    /** Returns the JSON behind the status if there is any, else all text behind it. */
    private static String body(String text, int from) {
        int json = text.indexOf('{', from);
        return text.substring(json < 0 ? from : json).strip();
    }
}
