package dev.understudy.provider.framing;

/** Sees where a JSON object ends that comes in pieces, and looks at each character once. */
public final class JsonObjectEnd {

    private int depth;
    private boolean begun;
    private boolean spoilt;
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
            spoilt |= begun && depth == 0;
            begun = true;
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (c == '"') {
            inString = true;
        } else {
            spoilt |= depth == 0 && !Character.isWhitespace(c);
        }
        spoilt |= depth < 0 || (inString && depth == 0);
    }

    /** Whether all that was taken is one object. */
    public boolean reached() {
        return begun && depth == 0 && !spoilt;
    }
}
