package dev.understudy.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** YAML as it is meant here: what looks like a word is a word. */
class YamlTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no          | Text     | no",
                "off         | Text     | off",
                "Yes         | Text     | Yes",
                "NO          | Text     | NO",
                "y           | Text     | y",
                "true        | Truth    | true",
                "'true'      | Text     | true",
                "12:30:45    | Text     | 12:30:45",
                "2024-10-21  | Text     | 2024-10-21",
                "1.10        | Numeral  | 1.10",
                "'1.10'      | Text     | 1.10",
                "500ms       | Text     | 500ms",
                "-1          | Numeral  | -1",
                ".inf        | Numeral  | .inf",
                "~           | Text     | ~",
                "null        | Nothing  | ",
                "''          | Nothing  | ",
                "'${A}'      | Text     | ${A}",
                "<<          | Text     | <<",
            })
    void aScalarIsWhatItLooksLike(String written, String kind, String value) {
        ConfigNode configNode = read("a: " + written);
        assertThat(configNode.getClass().getSimpleName()).isEqualTo(kind);
        if (configNode instanceof ConfigNode.Text text) {
            assertThat(text.value()).isEqualTo(value);
        } else if (configNode instanceof ConfigNode.Numeral numeral) {
            assertThat(numeral.value()).isEqualTo(value);
        } else if (configNode instanceof ConfigNode.Truth truth) {
            assertThat(truth.value()).isEqualTo(Boolean.valueOf(value));
        }
    }

    /** Whatever the parser makes of them, they are no numbers to us. */
    @ParameterizedTest
    @CsvSource({".inf", "0o17", "0x1F", "1_000", "0b11", "017a", ".5e", "1e9999999999"})
    void numbersAreDecimal(String written) {
        ConfigErrors found = new ConfigErrors(Map.of());
        assertThat(ScalarTypes.whole(0).read(read("a: " + written), found)).isNull();
        assertThat(found.errors()).hasSize(1);
    }

    @Test
    void thousandLaughsAreOneMistake() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [ha, ha]\n");
        for (int i = 1; i < 1_000; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
        }
        ConfigErrors found = new ConfigErrors(Map.of());
        ConfigParser.read(bomb.toString(), found);
        assertThat(found.errors()).isNotEmpty().allSatisfy(mistake -> assertThat(mistake.problem())
                .isEqualTo("has an anchor or an alias"));
    }

    @Test
    void keysOfTablesAreWords() {
        ConfigErrors found = new ConfigErrors(Map.of());
        ConfigNode.Table table = (ConfigNode.Table) ConfigParser.read("no: 1\n1.0: 2\nnull: 3\n? [a, b]\n: 4\n", found);
        assertThat(table == null ? found.errors().size() : table.fields().size())
                .isPositive();
    }

    @Test
    void tooLongDocumentIsRefusedUnread() {
        ConfigErrors found = new ConfigErrors(Map.of());
        assertThat(ConfigParser.read("a: " + "x".repeat(ConfigParser.MAX_CHARACTERS), found))
                .isNull();
        assertThat(found.errors()).extracting(ConfigError::problem).containsExactly("is longer than 1 MiB");
    }

    @Test
    void aByteOrderMarkIsNoCharacterOfTheDocument() {
        assertThat(ConfigParser.read("\uFEFF{\"a\": 1}", new ConfigErrors(Map.of())))
                .isInstanceOf(ConfigNode.Table.class);
        assertThat(ConfigParser.read("\uFEFFa: 1", new ConfigErrors(Map.of()))).isInstanceOf(ConfigNode.Table.class);
    }

    private static ConfigNode read(String yaml) {
        ConfigNode.Table table = (ConfigNode.Table) ConfigParser.read(yaml, new ConfigErrors(Map.of()));
        return table.fields().get("a");
    }
}
