package dev.understudy.streaming.seam;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** White space and scripts without spaces, at both ends of their ranges. */
class WordBoundariesTest {

    @ParameterizedTest
    @ValueSource(ints = {0x09, 0x0A, 0x0B, 0x0D, 0x1C, 0x1F, ' ', 0x85, 0xA0, 0x2003, 0x2028, 0x3000})
    void whiteSpaceOfEveryKindIsSpace(int c) {
        assertThat(WordBoundaries.isSpace(c)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x08, 0x0E, 0x1B, 0x21, 'a', 0x7F, 0x80, 0x84, 0x86, 0x200B, 0x4E00})
    void otherCharactersAreNoSpace(int c) {
        assertThat(WordBoundaries.isSpace(c)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x0E00, 0x0F00, 0x109F, 0x1780, 0x17FF, 0x2600, 0x27BF, 0x2E80, 0x9FFF, 0xA000, 0xFFEF, 0x1F000,
                0x1FAFF, 0x20000, 0x3FFFF
            })
    void scriptsWithoutSpacesAndPicturesAreUnspaced(int c) {
        assertThat(WordBoundaries.isUnspaced(c)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                'a', 0x0DFF, 0x10A0, 0x177F, 0x1800, 0x25FF, 0x27C0, 0x2E7F, 0xAC00, 0xFFF0, 0x1EFFF, 0x1FB00, 0x40000
            })
    void scriptsWithSpacesAreNot(int c) {
        assertThat(WordBoundaries.isUnspaced(c)).isFalse();
    }
}
