package dev.understudy.gateway.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of keys, and their errors, which contain no key. */
class KeyFileTest {

    private static final String SECRET = "secret-of-app-canary";

    @TempDir
    Path folder;

    private List<KeySpec> read(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("keys.yaml"), text);
        return KeyFile.read(file, Map.of("APP_KEY", SECRET, "SHORT_KEY", "short-canary"));
    }

    @Test
    void keysAreKnownByTheirHashOrByAVariable() throws Exception {
        String hash = HexFormat.of().formatHex(Sha256.of("other-secret"));
        ClientKeys keys = ClientKeys.of(read("""
                keys:
                  - {name: app, key: "${APP_KEY}", requestsPerMinute: 60, tokensPerMinute: 90000, concurrent: 5,
                     budget: {cost: 12.5, tokens: 1000000, per: day}}
                  - {name: other, sha256: %s}
                """.formatted(hash)));
        ClientKey app = keys.find(SECRET);
        assertThat(app.name()).isEqualTo("app");
        assertThat(app.limits())
                .isEqualTo(new KeyLimits(60, 90_000, 5, new Budget(12.5, 1_000_000L, Budget.Period.DAY)));
        assertThat(keys.find("other-secret").limits()).isEqualTo(KeyLimits.NONE);
        assertThat(keys.find("nobody's")).isNull();
        assertThat(keys.find(null)).isNull();
    }

    @Test
    void useIsCountedOnWhenKeysAreReplaced() throws Exception {
        String text = "{\"keys\": [{\"name\": \"app\", \"key\": \"${APP_KEY}\", \"concurrent\": 1}]}";
        ClientKeys keys = ClientKeys.of(read(text));
        assertThat(keys.find(SECRET).start()).isNull();
        keys.replace(read(text));
        assertThat(keys.find(SECRET).start()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {keys: []}                                                | keys has to be a list with at least one key
            {users: []}                                               | users is not known; known are keys
            [a]                                                       | the document has to be an object
            {keys: [{key: "${APP_KEY}"}]}                             | keys[0].name has to be letters
            {keys: [{name: a}]}                                       | keys[0] needs either key or sha256
            {keys: [{name: a, key: secret-canary-1234567}]}           | keys[0].key has to be an environment variable
            {keys: [{name: a, key: "${SHORT_KEY}"}]}                  | SHORT_KEY, which needs 16 characters or more
            {keys: [{name: a, key: "${NO_KEY}"}]}                     | NO_KEY, which needs 16 characters or more
            {keys: [{name: a, sha256: canary}]}                       | keys[0].sha256 has to be 64 hexadecimal digits
            {keys: [{name: a, key: "${APP_KEY}", rpm: 1}]}            | keys[0].rpm is not known; known are
            {keys: [{name: a, key: "${APP_KEY}", concurrent: 0}]}     | keys[0].concurrent has to be a whole number, 1 or more
            {keys: [{name: a, key: "${APP_KEY}", budget: {per: day}}]} | keys[0].budget needs cost or tokens
            {keys: [{name: a, key: "${APP_KEY}", budget: {cost: 1}}]} | keys[0].budget.per has to be hour, day or month
            {keys: [{name: a, key: "${APP_KEY}"}, {name: a, key: "${APP_KEY}"}]} | keys[1].name is the name of another key
            {keys: [                                                  | keys.yaml is no YAML, at line
            """)
    void errorsNameTheFieldAndNoKey(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("keys.yaml")
                .message()
                .doesNotContain("canary");
    }

    @Test
    void missingFileIsReported() {
        assertThatThrownBy(() -> KeyFile.read(folder.resolve("none.yaml"), Map.of()))
                .hasMessageEndingWith("none.yaml cannot be read: it does not exist");
    }

    @Test
    void fileThatIsNoTextIsReported() throws Exception {
        Path file = folder.resolve("keys.yaml");
        Files.write(file, "keys: ü".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> KeyFile.read(file, Map.of())).hasMessageContaining("is no readable UTF-8");
    }
}
