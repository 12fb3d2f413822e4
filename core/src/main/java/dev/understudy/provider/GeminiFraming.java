package dev.understudy.provider;

/**
 * Server-sent events, or the elements of a JSON array: Google streams either, and the first byte tells which. A bare JSON
 * object belongs to the events, where it is an error.
 */
final class GeminiFraming implements Framing {

    private final Framing events = new SseFraming();
    private final Framing elements = new JsonFraming();
    private Framing chosen = events;
    private boolean decided;

    @Override
    public void push(byte[] piece) {
        for (int i = 0; i < piece.length && !decided; i++) {
            decided = !isBefore(piece[i]);
            if (decided && piece[i] == '[') {
                chosen = elements;
            }
        }
        if (decided) {
            chosen.push(piece);
        }
    }

    /** White space, or a mark of the byte order: nobody misses it. */
    private static boolean isBefore(byte b) {
        return (b >= 0 && b <= ' ') || b == (byte) 0xEF || b == (byte) 0xBB || b == (byte) 0xBF;
    }

    @Override
    public void end() {
        chosen.end();
    }

    @Override
    public boolean next() {
        return chosen.next();
    }

    @Override
    public boolean isErrorField() {
        return chosen.isErrorField();
    }

    @Override
    public boolean isUnterminated() {
        return chosen.isUnterminated();
    }

    @Override
    public String event() {
        return chosen.event();
    }

    @Override
    public byte[] payload() {
        return chosen.payload();
    }

    @Override
    public int offset() {
        return chosen.offset();
    }

    @Override
    public int length() {
        return chosen.length();
    }
}
