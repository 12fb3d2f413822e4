package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.framing.JsonObjectEnd;
import dev.understudy.provider.json.Json;

/**
 * Arguments of one tool call, from fragments. Servers begin with a placeholder before the arguments ({@code {}}, {@code
 * null} or an empty JSON string), or send the whole object once more: both are recognised, so that the arguments are one
 * JSON value. A placeholder alone is an empty object. Arguments that are no JSON stay as the model wrote them. Not
 * thread-safe.
 */
public final class CallArguments {

    private static final String NULL = "null";
    private static final String EMPTY = "\"\"";

    private final boolean json;
    private final StringBuilder text = new StringBuilder(0);
    private JsonObjectEnd end = new JsonObjectEnd();

    /** Characters after the end of the object, shown only if they belong to it. */
    private final StringBuilder behind = new StringBuilder(0);

    private int shown;

    /** Creates arguments that are JSON. */
    public CallArguments() {
        this(true);
    }

    /** @param json false for the text of a custom tool, which is never changed */
    public CallArguments(boolean json) {
        this.json = json;
    }

    /** Adds the next fragment. */
    public void add(String fragment) {
        if (fragment.isEmpty()) {
            return;
        }
        boolean replaced = (end.reached() ? isPlaceholder() : isNothing()) && behind.isEmpty();
        if (replaced && fragment.startsWith("{")) {
            text.setLength(0);
            end = new JsonObjectEnd();
            text.append(fragment);
            end.take(fragment);
        } else if (!json || !end.reached()) {
            text.append(fragment);
            end.take(fragment);
        } else {
            behind.append(fragment);
            if (text.compareTo(behind) == 0) {
                behind.setLength(0);
            }
        }
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    /** Returns true if the fragments received form one object that is not a placeholder. */
    public boolean isWhole() {
        return end.reached() && !isPlaceholder();
    }

    /** Returns true if arguments are still expected: nothing was received, or a placeholder. */
    public boolean isMissing() {
        return text.isEmpty() || isPlaceholder();
    }

    /** Returns true if the arguments received are equal to a whole object. */
    public boolean equalsText(String arguments) {
        return arguments.contentEquals(text);
    }

    private boolean isPlaceholder() {
        return isNothing() || isEmptyBraces();
    }

    /** Returns true for {@code null} and for an empty JSON string. */
    private boolean isNothing() {
        return json && text.length() <= 4 && (NULL.contentEquals(text) || EMPTY.contentEquals(text));
    }

    private boolean isEmptyBraces() {
        return json && text.length() <= 8 && text.length() >= 2 && text.charAt(0) == '{' && isEmptyObject();
    }

    private boolean isEmptyObject() {
        for (int i = 1; i < text.length(); i++) {
            boolean last = i == text.length() - 1;
            if (!Character.isWhitespace(text.charAt(i)) && !(last && text.charAt(i) == '}')) {
                return false;
            }
        }
        return true;
    }

    /** Returns the characters that were not returned before; those that may be a placeholder wait. */
    public String fresh() {
        if (isPlaceholder() || shown == text.length()) {
            return "";
        }
        String fresh = text.substring(shown);
        shown = text.length();
        return fresh;
    }

    /** Returns the characters that were not returned before, at the end of the call. */
    public String rest() {
        settle();
        String rest = text.substring(Math.min(shown, text.length()));
        shown = text.length();
        return rest;
    }

    /** Returns the arguments at the end of the call. */
    public String text() {
        settle();
        return text.toString();
    }

    /** Decides what the characters after the object are. */
    private void settle() {
        if (isNothing() && behind.isEmpty()) {
            text.setLength(0);
            text.append("{}");
            return;
        }
        String more = behind.toString().strip();
        behind.setLength(0);
        if (more.isEmpty() || more.equals("{}") || more.contentEquals(text)) {
            return;
        }
        if (more.startsWith("{") && Json.object(more) != null) {
            throw rejected("a tool call with the arguments of two");
        }
        text.append(more);
    }

    /** Returns the failure for a tool call that cannot be handed out; a retry may bring a valid one. */
    public static CallFailed rejected(String what) {
        return new CallFailed(Failure.of(FailureKind.TOOL_REJECTED, "the answer has " + what));
    }
}
