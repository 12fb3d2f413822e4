package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommitterTest {

    private static final Pattern CHARACTER = Pattern.compile("\\X");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'hello wor' | 'hello'",
                "'hello' | ''",
                "'hello ' | 'hello'",
                "' hello ' | ' hello'",
                "'one two  ' | 'one two'",
                "'你好' | '你'",
                "'hi 你' | 'hi'",
                "'hi你' | 'hi'",
                "'你 ' | '你'",
                "'👍🏽👍' | '👍🏽'",
                "'👩‍👩‍👧 ' | '👩‍👩‍👧'",
                "'🇩🇪🇫🇷' | '🇩🇪'",
                "'🇩🇪🇫' | '🇩🇪'",
                "'don''t' | ''",
            })
    void textIsLetOutUpToTheLastCompleteWord(String told, String shown) {
        Committer committer = new Committer(64);
        assertThat(committer.add(told)).isEqualTo(shown);
        assertThat(committer.held()).isEqualTo(told.substring(shown.length()));
        assertThat(committer.flush()).isEqualTo(told.substring(shown.length()));
        assertThat(committer.held()).isEmpty();
    }

    @Test
    void aWordThatIsTooLongIsLetOutInPartsAndNeverInsideACharacter() {
        Committer committer = new Committer(8);
        assertThat(committer.add("abcdefgh")).isEmpty();
        assertThat(committer.add("i")).isEqualTo("abcdefgh");
        assertThat(committer.add("\u0308\u0308\u0308\u0308\u0308\u0308\u0308\u0308\u0308"))
                .isEmpty();
        assertThat(committer.add("j")).isEqualTo("i\u0308\u0308\u0308\u0308\u0308\u0308\u0308\u0308\u0308");
    }

    @Test
    void halfAPairIsHeldUntilItsOtherHalfComes() {
        Committer committer = new Committer(64);
        assertThat(committer.add("好\uD83D")).isEmpty();
        assertThat(committer.held()).isEqualTo("好\uD83D");
        assertThat(committer.add("\uDC4D")).isEqualTo("好");
        assertThat(committer.flush()).isEqualTo("👍");
    }

    @Test
    void itLetsOutWhatASlowTwinLetsOutInAnyPieces() {
        Cases.play("committer and its twin", random -> {
            String text = Texts.any(random);
            BitSet characters = characters(text);
            int most = 1 + random.nextInt(80);
            Committer committer = new Committer(most);
            StringBuilder told = new StringBuilder();
            StringBuilder shown = new StringBuilder();
            for (String piece : Texts.pieces(text, random)) {
                told.append(piece);
                int expected = twin(told.toString(), shown.length(), most);
                shown.append(committer.add(piece));
                assertThat(shown.length()).as("what is shown of %s", told).isEqualTo(expected);
                if (expected > 0 && (!characters.get(expected) || Words.isSpace(shown.codePointBefore(expected)))) {
                    throw new AssertionError(
                            escaped(text) + " is cut inside a character or behind a space at " + expected);
                }
            }
            assertThat(shown + committer.held()).isEqualTo(text);
            assertThat(shown + committer.flush()).isEqualTo(text);
        });
    }

    /** Where what may be shown ends, searched from the beginning in everything that was told. */
    private static int twin(String told, int shown, int most) {
        String whole = told.isEmpty() || !Character.isHighSurrogate(told.charAt(told.length() - 1))
                ? told
                : told.substring(0, told.length() - 1);
        int end = shown;
        for (int i = shown + 1; i < whole.length(); i++) {
            boolean betweenSpaces = Words.isSpace(whole.codePointAt(i));
            boolean unspaced = Words.isUnspaced(whole.codePointBefore(i)) || Words.isUnspaced(whole.codePointAt(i));
            if (!Words.isSpace(whole.codePointBefore(i))
                    && (betweenSpaces || unspaced)
                    && Graphemes.isBoundary(whole, i)) {
                end = i;
            }
        }
        if (end == shown && whole.length() - shown > most) {
            for (int i = shown + 1; i < whole.length(); i++) {
                if (!Words.isSpace(whole.codePointBefore(i)) && Graphemes.isBoundary(whole, i)) {
                    end = i;
                }
            }
        }
        return end;
    }

    private static BitSet characters(String text) {
        BitSet ends = new BitSet();
        Matcher matcher = CHARACTER.matcher(text);
        while (matcher.find()) {
            ends.set(matcher.end());
        }
        return ends;
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints()
                .forEach(c -> escaped.append(
                        c < 0x7F && c > 0x1F ? Character.toString(c) : "<" + Integer.toHexString(c) + ">"));
        return escaped.toString();
    }

    @Test
    void itIsQuick() {
        Random random = new Random(1);
        List<String> pieces = Texts.pieces("lorem ipsum dolor sit amet ".repeat(1000), random);
        Committer committer = new Committer(64);
        int length = 0;
        for (String piece : pieces) {
            length += committer.add(piece).length();
        }
        assertThat(length + committer.flush().length()).isEqualTo(27_000);
    }
}
