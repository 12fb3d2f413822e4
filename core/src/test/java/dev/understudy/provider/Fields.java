package dev.understudy.provider;

import java.util.Map;
import java.util.function.Function;

/** Header fields of a response, by lower-case name. */
public final class Fields {

    private Fields() {}

    public static Function<String, String> none() {
        return of(Map.of());
    }

    @SuppressWarnings("NullAway")
    public // A field that is absent is null; the checker loses the annotation of a type argument in class
    // files.
    static Function<String, String> of(Map<String, String> fields) {
        return name -> fields.get(name);
    }
}
