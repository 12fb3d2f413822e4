package dev.understudy.streaming.seam;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Boundaries of characters, at both ends of each range of code points that has a rule. */
class GraphemesTest {

    private static String text(String hex) {
        int[] codePoints = Arrays.stream(hex.split(" "))
                .mapToInt(one -> Integer.parseInt(one, 16))
                .toArray();
        return new String(codePoints, 0, codePoints.length);
    }

    /** True if a character ends before the last code point. */
    private static boolean endsBeforeLast(String hex) {
        String text = text(hex);
        return Graphemes.isBoundary(text, text.offsetByCodePoints(text.length(), -1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "300", "2FF 300", "20DD", "903", "200D", "200C", "E33", "EB3", "FF9E", "FF9F", "1F3FB", "1F3FF",
                "E0020", "E007F"
            })
    void marksBelongToTheCharacterBefore(String mark) {
        assertThat(endsBeforeLast("61 " + mark)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"62", "2FF", "3041", "1F3FA", "1F400", "E001F", "E0080", "FF9D", "FFA0", "E32", "200B"})
    void otherCharactersAreOnTheirOwn(String other) {
        assertThat(endsBeforeLast("61 " + other)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "200D", "600", "603", "605", "6DD", "70F", "890", "891", "8E2", "D4E", "110BD", "110CD", "111C2",
                "111C3", "1193F", "11941", "11A3A", "11A84", "11A86", "11A89", "11D46", "11F02"
            })
    void prefixesBelongToTheCharacterBehind(String prefix) {
        assertThat(endsBeforeLast(prefix + " 62")).isFalse();
        assertThat(endsBeforeLast(prefix + " 4E00")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5FF", "606", "111C1", "111C4", "11A83", "11A8A", "11A85 61"})
    void neighboursOfPrefixesEndBeforeTheNextCharacter(String other) {
        assertThat(endsBeforeLast(other + " 62")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "D A, false",
        "D 62, true",
        "61 A, true",
        "A D, true",
        "1F1E6 1F1E6, false",
        "1F1FF 1F1FF, false",
        "61 1F1E6 1F1E6, false",
        "1F1E6 1F1E7 1F1E8, true",
        "1F1E6 1F1E7 1F1E8 1F1E9, false",
        "1F1E5 1F1E6, true",
        "1F200 1F1E6, true",
        "1F1E6 1F200, true",
        "1F1E6 1F1E5, true",
        "61 1F1E6, true"
    })
    void lineEndsAndFlagsArePairs(String hex, boolean boundary) {
        assertThat(endsBeforeLast(hex)).isEqualTo(boundary);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1100", "1130", "115F", "A960", "A97C"})
    void hangulLeadsBelongToWhatFollows(String lead) {
        for (String next :
                new String[] {"1100", "115F", "A960", "A97C", "AC00", "B000", "D7A3", "1160", "11FF", "D7B0", "D7FB"}) {
            assertThat(endsBeforeLast(lead + " " + next)).as(next).isFalse();
        }
        for (String next : new String[] {"10FF", "1200", "A95F", "A97D", "ABFF", "D7A4", "D7AF", "D7FC"}) {
            assertThat(endsBeforeLast(lead + " " + next)).as(next).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AC00", "B000", "D7A3", "1160", "1180", "11FF", "D7B0", "D7FB"})
    void hangulSyllablesAreContinuedByVowelsAndFinalsOnly(String syllable) {
        for (String next : new String[] {"1160", "11FF", "D7B0", "D7FB"}) {
            assertThat(endsBeforeLast(syllable + " " + next)).as(next).isFalse();
        }
        for (String next : new String[] {"1100", "115F", "A960", "AC00", "D7A3", "1200", "D7AF", "D7FC", "3042"}) {
            assertThat(endsBeforeLast(syllable + " " + next)).as(next).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10FF", "A95F", "A97D", "ABFF", "D7A4", "D7AF", "D7FC", "1200"})
    void neighboursOfHangulEndBeforeAVowel(String other) {
        assertThat(endsBeforeLast(other + " 1160")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "94D", "9CD", "A4D", "ACD", "B4D", "BCD", "C4D", "CCD", "D4D", "DCA", "1039", "17D2", "1A60", "1B44",
                "A9C0", "AAF6"
            })
    void consonantsAreJoinedByAVirama(String virama) {
        assertThat(endsBeforeLast("915 " + virama + " 937")).isFalse();
        assertThat(endsBeforeLast(virama + " 937")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "915 937, true", "915 902 937, true", "902 937, true", "915 94D 902 937, false", "915 94D 10A01 937, false",
        "10A01 937, true", "915 94D 62, true", "915 94D 966, true", "915 94D 904, false", "94D 915 937, true"
    })
    void otherMarksDoNotJoinConsonants(String hex, boolean boundary) {
        assertThat(endsBeforeLast(hex)).isEqualTo(boundary);
    }

    @Test
    void halfACharacterHasNoEnd() {
        String smile = text("1F600");
        assertThat(Graphemes.isBoundary(smile, 1)).isFalse();
        assertThat(Graphemes.isBoundary("a" + smile.charAt(0), 1)).isFalse();
        assertThat(Graphemes.isBoundary("a" + smile, 1)).isTrue();
        assertThat(Graphemes.isBoundary(smile + "a", 2)).isTrue();
        assertThat(Graphemes.isBoundary("ab", 1)).isTrue();
    }
}
