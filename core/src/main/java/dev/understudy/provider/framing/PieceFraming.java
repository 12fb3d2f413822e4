package dev.understudy.provider.framing;

/** Base of framings that read events directly from the current fragment. Unread bytes are prepended to the next one. */
public abstract class PieceFraming implements Framing {

    static final byte[] EMPTY = new byte[0];

    byte[] piece = EMPTY;
    /** Start of the unread range of the fragment. */
    int next;

    /** End of the unread range of the fragment. */
    int end;
    /** Set at the end of the body. */
    boolean over;

    @Override
    public final void push(byte[] bytes, int from, int to) {
        if (next < end) {
            byte[] both = new byte[end - next + to - from];
            System.arraycopy(piece, next, both, 0, end - next);
            System.arraycopy(bytes, from, both, end - next, to - from);
            piece = both;
            next = 0;
            end = both.length;
        } else {
            piece = bytes;
            next = from;
            end = to;
        }
    }

    @Override
    public final void end() {
        over = true;
    }

    /** Drops the reference to the fragment after all of it was read. */
    final void release() {
        piece = EMPTY;
        next = 0;
        end = 0;
    }
}
