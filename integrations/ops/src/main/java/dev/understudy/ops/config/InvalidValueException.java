package dev.understudy.ops.config;

/** Signals an invalid combination of values in a section. */
public final class InvalidValueException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final String expected;

    /** @param key path below the section, "" for the section itself */
    InvalidValueException(String key, String problem, String expected) {
        super(problem);
        this.key = key;
        this.expected = expected;
    }

    public String problem() {
        return String.valueOf(getMessage());
    }

    public String expected() {
        return expected;
    }

    /** Converts to an error of the section at a path. */
    public ConfigError at(String path) {
        return new ConfigError(under(path), problem(), expected);
    }

    public String under(String path) {
        String where = path;
        for (String step : key.isEmpty() ? new String[0] : key.split("/")) {
            where = ConfigNode.below(where, step);
        }
        return where;
    }
}
