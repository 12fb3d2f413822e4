package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.understudy.gateway.key.ClientKeys;
import dev.understudy.gateway.key.KeySpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of the environment and of a file together, and changes of the file. */
class KeySourceTest {

    private static final String KEY = "key-of-app-canary";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = file("app");
    }

    private Path file(String name) throws Exception {
        return Files.writeString(folder.resolve("keys.yaml"), "keys: [{name: " + name + ", key: \"${APP}\"}]");
    }

    private KeySource source(Map<String, String> environment) {
        return new KeySource("one, two", file, environment);
    }

    @Test
    void tokensAndKeysAreReadTogether() {
        assertThat(source(Map.of("APP", KEY)).read())
                .extracting(KeySpec::name)
                .containsExactly("token-1", "token-2", "app");
    }

    @Test
    void keyWithTheNameOfATokenIsRefused() throws Exception {
        file("token-2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source(Map.of("APP", KEY)).read())
                .withMessageContaining("token-2")
                .withMessageContaining("GATEWAY_TOKEN")
                .withMessageNotContaining("canary");
    }

    @Test
    void errorWithoutATypeOfItsOwnChangesNoKeys() throws Exception {
        Map<String, String> broken = new AbstractMap<>() {
            @Override
            public Set<Entry<String, String>> entrySet() {
                throw new IllegalStateException("canary");
            }
        };
        ClientKeys keys = ClientKeys.of(source(Map.of("APP", KEY)).read());
        KeyFileWatch watch = new KeyFileWatch(file, source(broken), keys);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
        assertThatCode(watch::check).doesNotThrowAnyException();
        assertThat(List.of("one", "two", KEY)).allMatch(secret -> keys.find(secret) != null);
    }
}
