package dev.understudy.provider.framing;

/**
 * A framing that reads events from the network piece at hand. The rest of a piece that was not read when the next one
 * arrives is put before it.
 */
public abstract class PieceFraming implements Framing {

    static final byte[] EMPTY = new byte[0];

    byte[] piece = EMPTY;
    /** Range of the piece that was not read yet. */
    int next;

    int end;
    /** Set at the end of the body. */
    boolean over;

    @Override
    public final void push(byte[] bytes) {
        if (next < end) {
            byte[] both = new byte[end - next + bytes.length];
            System.arraycopy(piece, next, both, 0, end - next);
            System.arraycopy(bytes, 0, both, end - next, bytes.length);
            piece = both;
        } else {
            piece = bytes;
        }
        next = 0;
        end = piece.length;
    }

    @Override
    public final void end() {
        over = true;
    }

    /** Lets go of the piece when all of it was read. */
    final void release() {
        piece = EMPTY;
        next = 0;
        end = 0;
    }
}
