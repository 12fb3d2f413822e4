package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorPhraseTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "plain words;plain words",
                "rate.?limit;limit",
                "colou?rs are;rs are",
                "(a|b) is (not )?here;' is '",
                "\\blimit: 0\\b;limit: 0",
                "a{2,3}bcd;bcd",
                "[xyz]* then;' then'",
                "(^|errors: )(?!messages)[a-z_]+(\\.[\\w.]+)?: extra;: extra",
                "tokens? > \\d+ maximum;' maximum'",
                ".*;''"
            })
    void theLongestTextThatMustBeThereIsFound(String regex, String literal) {
        assertThat(ErrorPhrase.Wording.literalOf(regex)).isEqualTo(literal);
    }

    @Test
    void everyWordingIsInLowerCase() {
        for (ErrorPhrase row : ErrorPhrases.TABLE) {
            for (ErrorPhrase.Wording way : row.words()) {
                assertThat(way.literal()).isEqualTo(way.literal().toLowerCase(Locale.ROOT));
                assertThat(way.pattern().pattern().replaceAll("\\\\[A-Z]", ""))
                        .isEqualTo(way.pattern()
                                .pattern()
                                .replaceAll("\\\\[A-Z]", "")
                                .toLowerCase(Locale.ROOT));
            }
        }
    }
}
