package dev.understudy.streaming.seam;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Ends of the pieces of a stream, and the last one after which a text may be cut. */
class PieceBoundariesTest {

    private final PieceBoundaries pieces = new PieceBoundaries();

    @Test
    void piecesAreCountedUpToAnOffset() {
        for (int end = 2; end <= 100; end += 2) {
            pieces.add(end);
        }
        pieces.add(100);
        pieces.add(40);
        assertThat(pieces.count(0)).isZero();
        assertThat(pieces.count(1)).isZero();
        assertThat(pieces.count(2)).isEqualTo(1);
        assertThat(pieces.count(3)).isEqualTo(1);
        assertThat(pieces.count(1_000)).isEqualTo(50);
        PieceBoundaries copy = pieces.upTo(41);
        assertThat(copy.count(1_000)).isEqualTo(20);
        pieces.truncate(10);
        assertThat(pieces.count(1_000)).isEqualTo(5);
        assertThat(copy.count(1_000)).isEqualTo(20);
    }

    @Test
    void textIsCutNeitherAfterSpaceNorInsideACharacter() {
        String text = "ab cd \uD83D\uDE00e";
        for (int end : new int[] {2, 3, 6, 7, 8}) {
            pieces.add(end);
        }
        assertThat(pieces.last(text, 1)).isZero();
        assertThat(pieces.last(text, 2)).isEqualTo(2);
        assertThat(pieces.last(text, 3)).as("after a space").isEqualTo(2);
        assertThat(pieces.last(text, 7)).as("inside a pair").isEqualTo(2);
        assertThat(pieces.last(text, 8)).isEqualTo(8);
        assertThat(pieces.last(text, 100)).isEqualTo(8);
        assertThat(pieces.last("ab", 100)).isEqualTo(2);
    }
}
