package dev.understudy.spring.boot.autoconfigure;

import java.util.Locale;
import java.util.Map;

/** Form of the values at one place of a configuration. */
sealed interface Key {

    /** Known keys, by their names without hyphens and case. */
    record Table(Map<String, Field> fields) implements Key {}

    /** Values by names that the user chooses, dots included. */
    record Named(Key each) implements Key {}

    /** A list. */
    record Items(Key each) implements Key {}

    /**
     * A single value.
     *
     * @param type Java type, by its name
     * @param secret true if configurations hold it as a placeholder only
     */
    record Value(String type, boolean secret) implements Key {}

    /**
     * A known key.
     *
     * @param name name in documents
     */
    record Field(String name, Key key) {}

    /** Returns the form of a name in which all spellings are equal: {@code baseUrl}, {@code base-url}, {@code BASE_URL}. */
    static String uniform(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9$]", "");
    }
}
