package dev.understudy.streaming.seam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.streaming.Cases;
import dev.understudy.streaming.Texts;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordCommitterTest {

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
                "'Hello,' | ''",
                "'Hello.\n' | 'Hello.'",
                "'3.' | ''",
                "'e.g.' | ''",
                "'https://example.' | ''",
                "'if (a' | 'if'",
                "'return x;\n  ' | 'return x;'",
            })
    void textIsLetOutUpToTheLastCompleteWord(String told, String shown) {
        WordCommitter wordCommitter = new WordCommitter(64);
        assertThat(wordCommitter.add(told)).isEqualTo(shown);
        assertThat(wordCommitter.held()).isEqualTo(told.substring(shown.length()));
        assertThat(wordCommitter.flush()).isEqualTo(told.substring(shown.length()));
        assertThat(wordCommitter.held()).isEmpty();
    }

    @Test
    void aWordIsLetOutWithTheSpaceOfTheNextOne() {
        WordCommitter wordCommitter = new WordCommitter(64);
        assertThat(wordCommitter.add(" Hello")).isEmpty();
        assertThat(wordCommitter.add(",")).isEmpty();
        assertThat(wordCommitter.add(" world")).isEqualTo(" Hello,");
        assertThat(wordCommitter.held()).isEqualTo(" world");
    }

    @Test
    void aWordThatIsTooLongIsLetOutInPartsAndNeverInsideACharacter() {
        WordCommitter wordCommitter = new WordCommitter(8);
        assertThat(wordCommitter.add("abcdefgh")).isEmpty();
        assertThat(wordCommitter.add("i")).isEqualTo("abcdefgh");
        assertThat(wordCommitter.add("\u0308\u0308\u0308\u0308\u0308\u0308\u0308\u0308\u0308"))
                .isEmpty();
        assertThat(wordCommitter.add("j")).isEqualTo("i\u0308\u0308\u0308\u0308\u0308\u0308\u0308\u0308\u0308");
    }

    @Test
    void halfAPairIsHeldUntilItsOtherHalfComes() {
        WordCommitter wordCommitter = new WordCommitter(64);
        assertThat(wordCommitter.add("好\uD83D")).isEmpty();
        assertThat(wordCommitter.held()).isEqualTo("好\uD83D");
        assertThat(wordCommitter.add("\uDC4D")).isEqualTo("好");
        assertThat(wordCommitter.flush()).isEqualTo("👍");
    }

    @Test
    void itLetsOutWhatASlowTwinLetsOutInAnyPieces() {
        Cases.play("committer and its twin", random -> {
            String text = Texts.any(random);
            BitSet characters = characters(text);
            int most = 1 + random.nextInt(80);
            WordCommitter wordCommitter = new WordCommitter(most);
            StringBuilder told = new StringBuilder();
            StringBuilder shown = new StringBuilder();
            for (String piece : Texts.pieces(text, random)) {
                told.append(piece);
                int expected = variant(told.toString(), shown.length(), most);
                shown.append(wordCommitter.add(piece));
                assertThat(shown.length()).as("what is shown of %s", told).isEqualTo(expected);
                if (expected > 0
                        && (!characters.get(expected) || WordBoundaries.isSpace(shown.codePointBefore(expected)))) {
                    throw new AssertionError(
                            escaped(text) + " is cut inside a character or behind a space at " + expected);
                }
            }
            assertThat(shown + wordCommitter.held()).isEqualTo(text);
            assertThat(shown + wordCommitter.flush()).isEqualTo(text);
        });
    }

    /** Where what may be shown ends, searched from the beginning in everything that was told. */
    private static int variant(String told, int shown, int most) {
        String whole = told.isEmpty() || !Character.isHighSurrogate(told.charAt(told.length() - 1))
                ? told
                : told.substring(0, told.length() - 1);
        int end = shown;
        for (int i = shown + 1; i < whole.length(); i++) {
            boolean betweenSpaces = WordBoundaries.isSpace(whole.codePointAt(i));
            boolean unspaced = WordBoundaries.isUnspaced(whole.codePointBefore(i))
                    || WordBoundaries.isUnspaced(whole.codePointAt(i));
            if (!WordBoundaries.isSpace(whole.codePointBefore(i))
                    && (betweenSpaces || unspaced)
                    && Graphemes.isBoundary(whole, i)) {
                end = i;
            }
        }
        if (end == shown && whole.length() - shown > most) {
            for (int i = shown + 1; i < whole.length(); i++) {
                if (!WordBoundaries.isSpace(whole.codePointBefore(i)) && Graphemes.isBoundary(whole, i)) {
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
        WordCommitter wordCommitter = new WordCommitter(64);
        int length = 0;
        for (String piece : pieces) {
            length += wordCommitter.add(piece).length();
        }
        assertThat(length + wordCommitter.flush().length()).isEqualTo(27_000);
    }
}
