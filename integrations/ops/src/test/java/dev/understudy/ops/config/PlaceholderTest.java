package dev.understudy.ops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceholderTest {

    private static final Map<String, String> ENVIRONMENT = Map.of("SET", "a value", "BLANK", " ");

    @TempDir
    Path folder;

    private static String value(String text) {
        Placeholder placeholder = Placeholder.parse(text);
        assertThat(placeholder).isNotNull();
        return placeholder.value(ENVIRONMENT);
    }

    private static String expanded(String text, ConfigErrors errors) {
        return errors.expanded(new ConfigNode.Text("here", text));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            SET,             a value
            SET:-other,      a value
            MISSING:-other,  other
            BLANK:-other,    other
            MISSING:-a:-b c, a:-b c
            MISSING:-,       ''
            """)
    void variableHasItsValueOrTheDefault(String text, String expected) {
        assertThat(value(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MISSING", "BLANK"})
    void variableWithoutValueAndDefaultIsAnError(String text) {
        assertThatThrownBy(() -> value(text)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1A", "A B", "A-b", "A:b", "A:=b", ":-b"})
    void otherTextIsNoPlaceholder(String text) {
        assertThat(Placeholder.parse(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            'secret',       secret
            'secret\\n',     secret
            'secret\\r\\n',   secret
            'two\\nlines\\n', 'two\\nlines'
            ' a \\n',        ' a '
            """)
    void fileHasItsContentWithoutTheLastLineBreak(String content, String expected) throws Exception {
        Path file = Files.writeString(folder.resolve("key"), content.translateEscapes(), StandardCharsets.UTF_8);
        assertThat(value("file:" + file)).isEqualTo(expected.translateEscapes());
    }

    @Test
    void emptyLargeOrBinaryFileIsAnError() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        Path large = Files.writeString(folder.resolve("large"), "x".repeat(70_000));
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xc3, 0x28});
        assertThatThrownBy(() -> value("file:" + empty)).hasMessageContaining("empty");
        assertThatThrownBy(() -> value("file:" + large)).hasMessageContaining("64 KiB");
        assertThatThrownBy(() -> value("file:" + binary)).hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> value("file:" + folder.resolve("none"))).hasMessageContaining("cannot be read");
    }

    @Test
    void textHasAllItsPlaceholdersReplaced() {
        ConfigErrors errors = new ConfigErrors(ENVIRONMENT);
        assertThat(expanded("${SET} and ${MISSING:-another} $ {SET}", errors)).isEqualTo("a value and another $ {SET}");
        assertThat(errors.isClean()).isTrue();
    }

    @Test
    void valueOfVariableOrFileIsNotInErrors() throws Exception {
        Path file = Files.writeString(folder.resolve("key"), "of the file");
        ConfigErrors errors = new ConfigErrors(ENVIRONMENT);
        expanded("${SET}${file:" + file + "}${MISSING:-default}", errors);
        errors.add("x", "a value, of the file, default", "");
        assertThat(errors.errors()).extracting(ConfigError::problem).containsExactly("***, ***, default");
    }
}
