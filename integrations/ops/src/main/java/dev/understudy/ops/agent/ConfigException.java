package dev.understudy.ops.agent;

import dev.understudy.ops.config.ConfigError;
import java.util.List;
import java.util.stream.Collectors;

/** Signals a configuration that cannot be used. The message lists all errors at once and contains no secret. */
public final class ConfigException extends RuntimeException {

    /**
     * One error in a configuration. Quotes names of keys and numbers, and never a text value, which may be a
     * misplaced secret.
     *
     * @param path position in the document: {@code agents.support.retry.base}; "" for the document as a whole
     * @param problem description of the error
     * @param expected description of a valid value; "" if unknown
     */
    public record Error(String path, String problem, String expected) {

        /** One line: path, error, and a valid value. */
        @Override
        public String toString() {
            return (path.isEmpty() ? "" : path + ": ") + problem + (expected.isEmpty() ? "" : "; " + expected);
        }
    }

    private static final long serialVersionUID = 1L;

    private final transient List<Error> errors;

    static ConfigException of(String source, List<ConfigError> errors) {
        return new ConfigException(
                source,
                errors.stream()
                        .map(error -> new Error(error.path(), error.problem(), error.expected()))
                        .toList());
    }

    ConfigException(String source, List<Error> errors) {
        super(message(source, errors));
        this.errors = List.copyOf(errors);
    }

    /**
     * All errors, in the order of the document where they have a position in it.
     *
     * @return one error or more
     */
    public List<Error> errors() {
        return errors;
    }

    private static String message(String source, List<Error> errors) {
        String head = errors.size() == 1 ? " has an error:" : " has " + errors.size() + " errors:";
        return source + head + errors.stream().map(error -> "\n  " + error).collect(Collectors.joining());
    }
}
