package dev.understudy.ops.agent;

import dev.understudy.ops.config.ConfigDocument;
import dev.understudy.ops.config.ConfigErrors;
import dev.understudy.ops.config.ConfigSchema;
import dev.understudy.ops.webhook.Webhooks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configuration: providers, and the agents (named chains) that are served by them. Read from JSON or YAML, checked whole,
 * immutable. docs/configuration.md tells every key. Nothing is built or sent by reading it: that is what {@link Agents} are
 * for.
 *
 * <p>Texts may name environment variables, {@code ${NAME}}; secrets must. Reading files blocks.
 */
public final class Config {

    /** The environment variable that holds a configuration in JSON. */
    public static final String TEXT_VARIABLE = "MULTI_MODEL_FAILOVER_CONFIG";

    /** The environment variable that holds the path of a configuration. */
    public static final String PATH_VARIABLE = "UNDERSTUDY_CONFIG";

    private static final List<String> USUAL_FILES = List.of("config/understudy.yaml", "config/risks.yaml");

    private final String source;
    private final @Nullable Path file;
    private final Map<String, String> environment;
    private final String text;
    private final ConfigDocument document;

    private Config(
            String source, @Nullable Path file, Map<String, String> environment, String text, ConfigDocument document) {
        this.source = source;
        this.file = file;
        this.text = text;
        this.environment = environment;
        this.document = document;
    }

    /**
     * With this process's environment.
     *
     * @throws ConfigException with all mistakes at once
     */
    public static Config parse(String jsonOrYaml) {
        return parse(jsonOrYaml, System.getenv());
    }

    /**
     * With this environment.
     *
     * @throws ConfigException with all mistakes at once
     */
    public static Config parse(String jsonOrYaml, Map<String, String> environment) {
        return parse(jsonOrYaml, "The configuration", null, environment);
    }

    /**
     * A file in UTF-8, with this process's environment. Blocks.
     *
     * @throws ConfigException with all mistakes at once, or because it cannot be read
     */
    public static Config read(Path file) {
        return read(file, System.getenv());
    }

    /**
     * The same with this environment. Blocks.
     *
     * @throws ConfigException with all mistakes at once, or because it cannot be read
     */
    public static Config read(Path file, Map<String, String> environment) {
        return parse(text(file), file.toString(), file, environment);
    }

    /** {@link #find(Map, Path)} in this process's environment and working directory. */
    public static @Nullable Config find() {
        return find(System.getenv(), Path.of(""));
    }

    /**
     * The first there is of: {@value #TEXT_VARIABLE}, which holds JSON; the file that {@value #PATH_VARIABLE} names; {@code
     * config/understudy.yaml}; {@code config/risks.yaml}. Blocks.
     *
     * @param directory what relative paths are relative to
     * @return {@code null} if there is none of them
     * @throws ConfigException with all mistakes of the first one at once
     */
    public static @Nullable Config find(Map<String, String> environment, Path directory) {
        String text = environment.get(TEXT_VARIABLE);
        if (text != null && !text.isBlank()) {
            return parse(text, TEXT_VARIABLE, null, environment);
        }
        String path = environment.get(PATH_VARIABLE);
        if (path != null && !path.isBlank()) {
            return read(directory.resolve(path), environment);
        }
        return USUAL_FILES.stream()
                .map(directory::resolve)
                .filter(Files::exists)
                .findFirst()
                .map(file -> read(file, environment))
                .orElse(null);
    }

    static Config parse(String text, String source, @Nullable Path file, Map<String, String> environment) {
        ConfigErrors errors = new ConfigErrors(environment);
        ConfigDocument document = ConfigDocument.parse(text, errors);
        if (document == null) {
            throw ConfigException.of(source, errors.errors());
        }
        return new Config(source, file, environment, text, document);
    }

    static String text(Path file) {
        try {
            if (Files.size(file) > 4L * ConfigDocument.MAX_CHARACTERS) {
                throw unreadable(file, "is longer than 1 MiB", "a shorter document");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw unreadable(file, "is no UTF-8", "a file in UTF-8");
        } catch (IOException e) {
            throw unreadable(
                    file, "cannot be read: " + e.getClass().getSimpleName(), "a file that this process may read");
        }
    }

    private static ConfigException unreadable(Path file, String what, String right) {
        return new ConfigException(file.toString(), List.of(new ConfigException.Error("", what, right)));
    }

    /** Where it came from: a path, the name of an environment variable, or "The configuration". */
    public String source() {
        return source;
    }

    /** The file it was read from, for {@link Agents#watch}; {@code null} if it was not read from a file. */
    public @Nullable Path file() {
        return file;
    }

    /** The ids of its agents, in order. */
    public List<String> agents() {
        return List.copyOf(document.agents().keySet());
    }

    /** The names of its providers, in order. */
    public List<String> providers() {
        return List.copyOf(document.providers().keySet());
    }

    /** Who is told what happens, in order; for {@link Webhooks#start}. */
    public List<Webhooks.Options> webhooks() {
        return document.webhooks();
    }

    /** The JSON Schema of all configurations: what editors check and complete with. */
    public static String schema() {
        return ConfigSchema.text();
    }

    /** As it was read. */
    String text() {
        return text;
    }

    Map<String, String> environment() {
        return environment;
    }

    ConfigDocument document() {
        return document;
    }

    /** Names where it came from and what is in it; no address and no secret. */
    @Override
    public String toString() {
        return source + " (providers " + providers() + ", agents " + agents() + ")";
    }
}
