package dev.understudy.provider.framing;

/** Detects the end of a JSON object that arrives in fragments, in one pass. Not thread-safe. */
public final class JsonObjectEnd {

    private int depth;
    private boolean begun;
    private boolean malformed;
    private boolean inString;
    private boolean escaped;

    public void take(String piece) {
        for (int i = 0; i < piece.length(); i++) {
            take(piece.charAt(i));
        }
    }

    private void take(char c) {
        if (inString) {
            inString = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if (c == '{' || (begun && c == '[')) {
            malformed |= begun && depth == 0;
            begun = true;
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (c == '"') {
            inString = true;
        } else {
            malformed |= depth == 0 && !Character.isWhitespace(c);
        }
        malformed |= depth < 0 || (inString && depth == 0);
    }

    /** Returns true if everything passed so far is exactly one object. */
    public boolean reached() {
        return begun && depth == 0 && !malformed;
    }
}
