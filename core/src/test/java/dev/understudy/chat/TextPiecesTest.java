package dev.understudy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Text in segments equals the text in one piece. */
class TextPiecesTest {

    @Test
    void equalsTheTextInOnePiece() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            StringBuilder expected = new StringBuilder();
            TextPieces pieces = new TextPieces();
            for (int step = 0; step < 60; step++) {
                if (random.nextInt(8) == 0) {
                    int length = random.nextInt(expected.length() + 1);
                    expected.setLength(length);
                    pieces.truncate(length);
                } else {
                    String text = "aé日".repeat(random.nextInt(random.nextInt(20) == 0 ? 9_000 : 300));
                    expected.append(text);
                    pieces.append(text);
                }
                assertThat(pieces.length()).isEqualTo(expected.length());
                assertThat(pieces.isEmpty()).isEqualTo(expected.isEmpty());
                assertThat(pieces.endsWith('日')).isEqualTo(expected.toString().endsWith("日"));
            }
            int from = random.nextInt(expected.length() + 1);
            assertThat(pieces.from(from)).isEqualTo(expected.substring(from));
            assertThat(pieces.toString()).isEqualTo(expected.toString());
            StringBuilder appended = new StringBuilder("x");
            pieces.appendTo(appended);
            assertThat(appended.substring(1)).isEqualTo(expected.toString());
        }
    }

    @Test
    void lastCharacterIsKnownAfterTruncationToSegments() {
        TextPieces pieces = new TextPieces();
        pieces.append("x".repeat(8 << 10));
        pieces.append("y");
        pieces.truncate(8 << 10);
        assertThat(pieces.endsWith('x')).isTrue();
        pieces.truncate(0);
        assertThat(pieces.endsWith('x')).isFalse();
    }
}
