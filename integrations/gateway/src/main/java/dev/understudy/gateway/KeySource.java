package dev.understudy.gateway;

import dev.understudy.gateway.key.ClientKeys;
import dev.understudy.gateway.key.KeyFile;
import dev.understudy.gateway.key.KeySpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tokens of the environment and the file of keys. No record, so that it is never printed. */
final class KeySource {

    private final @Nullable String token;
    private final @Nullable Path file;
    private final Map<String, String> environment;

    /**
     * @param token tokens without limits, separated by commas; {@code null} for none
     * @param file keys with limits; {@code null} for none
     * @param environment values of variables that the file names
     */
    KeySource(@Nullable String token, @Nullable Path file, Map<String, String> environment) {
        this.token = token;
        this.file = file;
        this.environment = environment;
    }

    @Nullable
    Path file() {
        return file;
    }

    boolean isEmpty() {
        return token == null && file == null;
    }

    /**
     * Reads the keys. Blocks.
     *
     * @throws IllegalArgumentException if they cannot be used
     */
    List<KeySpec> read() {
        List<KeySpec> keys = new ArrayList<>();
        if (token != null) {
            keys.addAll(ClientKeys.tokens(token));
        }
        if (file != null) {
            keys.addAll(KeyFile.read(file, environment));
        }
        checkNames(keys);
        return List.copyOf(keys);
    }

    /** Limits and usage are counted by name. The file itself has no name twice. */
    private void checkNames(List<KeySpec> keys) {
        Set<String> names = new HashSet<>();
        for (KeySpec key : keys) {
            if (!names.add(key.name())) {
                throw new IllegalArgumentException(
                        file + ": " + key.name() + " is the name of a token of GATEWAY_TOKEN");
            }
        }
    }
}
