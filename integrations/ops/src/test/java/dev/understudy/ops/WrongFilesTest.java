package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.ops.agent.Config;
import dev.understudy.ops.agent.ConfigException;
import dev.understudy.ops.config.Effect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What people write, and what they are told. The messages stand in messages.txt, beside the files. */
class WrongFilesTest {

    private static final Path FILES = Path.of(System.getProperty("understudy.root", ".."))
            .resolve("integrations/ops/src/test/resources/dev/understudy/ops/wrong");
    private static final Path MESSAGES = FILES.resolve("messages.txt");

    private static final Map<String, String> ENVIRONMENT = new TreeMap<>(Effect.ENVIRONMENT);

    static {
        ENVIRONMENT.put("EMPTY", " ");
        ENVIRONMENT.put("TORN_KEY", "sk-torn-0123\n456789");
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(FILES)) {
            return all.filter(file -> !file.equals(MESSAGES)).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void theMessageIsClear(Path file) throws IOException {
        assertThat(message(file)).isEqualTo(messages().get(file.getFileName().toString()));
    }

    @ParameterizedTest
    @MethodSource("files")
    void theMessageHoldsNoSecret(Path file) {
        assertThat(message(file))
                .doesNotContain(Effect.ENVIRONMENT.values())
                .doesNotContain("sk-torn", "in-the-clear", "in_the_clear");
    }

    /** With -Dunderstudy.write=true the messages are written instead, to be read by a person. */
    @Test
    void thereAreThirtyAndMoreAndNoneTooMany() throws IOException {
        if (Boolean.getBoolean("understudy.write")) {
            Files.writeString(
                    MESSAGES,
                    files().map(file ->
                                    file.getFileName() + "\n" + message(file).indent(2))
                            .collect(Collectors.joining("\n")));
        }
        List<String> names = files().map(file -> file.getFileName().toString()).toList();
        assertThat(names).hasSizeGreaterThanOrEqualTo(30);
        assertThat(messages()).containsOnlyKeys(names);
    }

    private static String message(Path file) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> Config.read(file, ENVIRONMENT));
        assertThat(refused).as("%s was accepted", file).isNotNull();
        return refused.getMessage().replace(FILES + "/", "");
    }

    private static Map<String, String> messages() throws IOException {
        Map<String, String> messages = new LinkedHashMap<>();
        for (String entry : Files.readString(MESSAGES).split("\n\n")) {
            String[] nameAndText = entry.split("\n", 2);
            messages.put(nameAndText[0], nameAndText[1].indent(-2).stripTrailing());
        }
        return messages;
    }
}
