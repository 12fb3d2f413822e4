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
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configuration of providers and agents (named chains of providers). Parsed from JSON or YAML, validated as a
 * whole, immutable. docs/configuration.md lists every key. Parsing builds and sends nothing; {@link
 * Agents#open(Config)} does.
 *
 * <p>Text values may contain environment variables, {@code ${NAME}}; secrets must be given that way.
 */
public final class Config {

    /** Name of the environment variable that holds a configuration in JSON. */
    public static final String TEXT_VARIABLE = "MULTI_MODEL_FAILOVER_CONFIG";

    /** Name of the environment variable that holds the path of a configuration. */
    public static final String PATH_VARIABLE = "UNDERSTUDY_CONFIG";

    private static final String UNNAMED = "The configuration";
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
     * Parses a configuration with the environment of this process. Blocks if it has placeholders of files.
     *
     * @param jsonOrYaml text of the document
     * @return the valid configuration
     * @throws ConfigException with all errors at once
     */
    public static Config parse(String jsonOrYaml) {
        return parse(jsonOrYaml, System.getenv());
    }

    /**
     * Parses a configuration. Blocks if it has placeholders of files.
     *
     * @param jsonOrYaml text of the document
     * @param environment values of environment variables by name
     * @return the valid configuration
     * @throws ConfigException with all errors at once
     */
    public static Config parse(String jsonOrYaml, Map<String, String> environment) {
        return parse(jsonOrYaml, UNNAMED, null, environment);
    }

    /**
     * Reads maps and lists as if they were a document, with the environment of this process. Blocks if there are
     * placeholders of files.
     *
     * @param tree keys of the document with maps, lists, texts, numbers, booleans, constants of enums, durations, URIs
     *     and paths
     * @return the valid configuration
     * @throws ConfigException with all errors at once
     */
    public static Config of(Map<String, ?> tree) {
        return of(tree, System.getenv());
    }

    /**
     * Reads maps and lists as if they were a document: a part of the configuration of an application, for example. The
     * rules are those of documents; secrets are placeholders here too. Blocks if there are placeholders of files.
     *
     * @param tree keys of the document with maps, lists, texts, numbers, booleans, constants of enums, durations, URIs
     *     and paths
     * @param variables values of placeholders by name
     * @return the valid configuration
     * @throws ConfigException with all errors at once
     */
    public static Config of(Map<String, ?> tree, Map<String, String> variables) {
        ConfigErrors errors = new ConfigErrors(variables);
        return of(ConfigDocument.of(tree, errors), errors, UNNAMED, null, variables, "");
    }

    /**
     * Reads a file in UTF-8, with the environment of this process. Blocks.
     *
     * @param file the file
     * @return the valid configuration
     * @throws ConfigException with all errors at once, or if the file cannot be read
     */
    public static Config read(Path file) {
        return read(file, System.getenv());
    }

    /**
     * Reads a file in UTF-8. Blocks.
     *
     * @param file the file
     * @param environment values of environment variables by name
     * @return the valid configuration
     * @throws ConfigException with all errors at once, or if the file cannot be read
     */
    public static Config read(Path file, Map<String, String> environment) {
        return parse(text(file), file.toString(), file, environment);
    }

    /**
     * Finds a configuration by the environment and working directory of this process, see {@link #find(Map, Path)}.
     * Blocks.
     *
     * @return the configuration; {@code null} if none exists
     */
    public static @Nullable Config find() {
        return find(System.getenv(), Path.of(""));
    }

    /**
     * Returns the first configuration that exists of: the JSON in {@value #TEXT_VARIABLE}; the file named by {@value
     * #PATH_VARIABLE}; {@code config/understudy.yaml}; {@code config/risks.yaml}. Blocks.
     *
     * @param environment values of environment variables by name
     * @param directory base of relative paths
     * @return {@code null} if none exists
     * @throws ConfigException with all errors of the first one at once
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
        return of(ConfigDocument.parse(text, errors), errors, source, file, environment, text);
    }

    private static Config of(
            @Nullable ConfigDocument document,
            ConfigErrors errors,
            String source,
            @Nullable Path file,
            Map<String, String> environment,
            String text) {
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
        } catch (NoSuchFileException e) {
            throw unreadable(file, "cannot be read: it does not exist", "the path of a file");
        } catch (IOException e) {
            throw unreadable(
                    file, "cannot be read: " + e.getClass().getSimpleName(), "a file that this process may read");
        }
    }

    private static ConfigException unreadable(Path file, String what, String right) {
        return new ConfigException(file.toString(), List.of(new ConfigException.Error("", what, right)));
    }

    /**
     * Returns the origin: a path, the name of an environment variable, or "The configuration".
     *
     * @return the origin
     */
    public String source() {
        return source;
    }

    /**
     * Returns the file, for {@link Agents#watch}; {@code null} if the configuration was not read from a file.
     *
     * @return the file; {@code null} if there is none
     */
    public @Nullable Path file() {
        return file;
    }

    /**
     * Lists the ids of the agents, in order.
     *
     * @return a copy
     */
    public List<String> agents() {
        return List.copyOf(document.agents().keySet());
    }

    /**
     * Lists the names of the providers, in order.
     *
     * @return a copy
     */
    public List<String> providers() {
        return List.copyOf(document.providers().keySet());
    }

    /**
     * Lists the configured webhooks, in order; start each with {@link Webhooks#start}.
     *
     * @return options, one for each receiver
     */
    public List<Webhooks.Options> webhooks() {
        return document.webhooks();
    }

    /**
     * Returns the JSON Schema of configurations, for validation and completion in editors.
     *
     * @return the schema, in JSON
     */
    public static String schema() {
        return ConfigSchema.text();
    }

    /** Returns the text that was parsed. */
    String text() {
        return text;
    }

    Map<String, String> environment() {
        return environment;
    }

    ConfigDocument document() {
        return document;
    }

    /** Names the origin, the providers and the agents; no address and no secret. */
    @Override
    public String toString() {
        return source + " (providers " + providers() + ", agents " + agents() + ")";
    }
}
