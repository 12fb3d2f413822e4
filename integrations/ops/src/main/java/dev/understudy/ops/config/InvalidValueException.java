package dev.understudy.ops.config;

/** Signals an invalid combination of values in a section. */
public final class InvalidValueException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final String right;

    /** @param key path below the section, "" for the section itself */
    InvalidValueException(String key, String what, String right) {
        super(what);
        this.key = key;
        this.right = right;
    }

    public String what() {
        return String.valueOf(getMessage());
    }

    public String right() {
        return right;
    }

    /** Converts to an error of the section at a path. */
    public ConfigError at(String path) {
        return new ConfigError(under(path), what(), right);
    }

    public String under(String path) {
        String where = path;
        for (String step : key.isEmpty() ? new String[0] : key.split("/")) {
            where = ConfigNode.below(where, step);
        }
        return where;
    }
}
