package dev.understudy.ops.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A placeholder in a text of a document: {@code ${NAME}}, {@code ${NAME:-default}} or {@code ${file:/path}}.
 *
 * @param name name of an environment variable; {@code null} for a file
 * @param fallback value for a variable that is missing or blank; {@code null} for none
 * @param path path of a file; {@code null} for a variable
 */
record Placeholder(
        @Nullable String name,
        @Nullable String fallback,
        @Nullable String path) {

    /** Matches a placeholder in a text; the group is what {@link #parse} takes. */
    static final Pattern PATTERN = Pattern.compile("\\$\\{([^}]*)}");

    static final String FORMS = "write ${NAME}, ${NAME:-default} or ${file:/path}";

    private static final Pattern VARIABLE = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*+)(?::-(.*))?", Pattern.DOTALL);
    private static final String FILE = "file:";

    /** Pattern of usual variable names. A reference of another form may contain a secret instead of a name. */
    private static final Pattern USUAL_NAME = Pattern.compile("(?!AKIA|ASIA)[A-Z][A-Z0-9_]{0,63}");

    private static final int MAX_BYTES = 1 << 16;

    /** Parses the text between the braces; returns {@code null} for any other text. */
    static @Nullable Placeholder parse(String text) {
        if (text.startsWith(FILE)) {
            return new Placeholder(null, null, text.substring(FILE.length()));
        }
        Matcher variable = VARIABLE.matcher(text);
        return variable.matches() ? new Placeholder(variable.group(1), variable.group(2), null) : null;
    }

    /** Returns true if the text has a placeholder with a default. */
    static boolean hasDefault(String text) {
        return PATTERN.matcher(text)
                .results()
                .map(found -> parse(found.group(1)))
                .anyMatch(placeholder -> placeholder != null && placeholder.fallback() != null);
    }

    /**
     * Returns the value.
     *
     * @throws InvalidValueException if there is none; the message contains no value
     */
    String value(Map<String, String> environment) {
        return path != null ? content(path) : variable(environment);
    }

    private String variable(Map<String, String> environment) {
        String value = environment.get(name);
        if (value != null && !value.isBlank()) {
            return value;
        }
        if (fallback != null) {
            return fallback;
        }
        String shown = USUAL_NAME.matcher(String.valueOf(name)).matches()
                ? "the environment variable " + name
                : "an environment variable";
        throw new InvalidValueException("", shown + (value == null ? " is not set" : " is empty"), "set it");
    }

    /** Reads a mounted secret: UTF-8, without the line break at its end. Blocks. */
    private static String content(String path) {
        try {
            Path file = Path.of(path);
            if (!file.isAbsolute()) {
                throw new InvalidValueException(
                        "", "names a file by a relative path", "an absolute path: ${file:/path}");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new InvalidValueException("", "names a file of more than 64 KiB", "a shorter file");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
            String content = text.endsWith("\r\n")
                    ? text.substring(0, text.length() - 2)
                    : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
            if (content.isBlank()) {
                throw new InvalidValueException("", "names an empty file", "a file with the value");
            }
            return content;
        } catch (InvalidPathException e) {
            throw new InvalidValueException("", "names no path of a file", "an absolute path: ${file:/path}");
        } catch (CharacterCodingException e) {
            throw new InvalidValueException("", "names a file that is no UTF-8", "a file in UTF-8");
        } catch (IOException e) {
            throw new InvalidValueException(
                    "",
                    "names a file that cannot be read: " + e.getClass().getSimpleName(),
                    "a file that this process may read");
        }
    }
}
