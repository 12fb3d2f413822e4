package dev.understudy.ops;

/** What a section cannot be made of, at which of its keys. */
final class Wrong extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final String right;

    /** @param key below the section, "" for the section itself */
    Wrong(String key, String what, String right) {
        super(what);
        this.key = key;
        this.right = right;
    }

    String what() {
        return String.valueOf(getMessage());
    }

    String right() {
        return right;
    }

    String under(String path) {
        String where = path;
        for (String step : key.isEmpty() ? new String[0] : key.split("/")) {
            where = Node.below(where, step);
        }
        return where;
    }
}
