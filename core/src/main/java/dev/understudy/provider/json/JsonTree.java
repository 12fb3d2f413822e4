package dev.understudy.provider.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a value of unknown shape as nested maps, lists, strings, numbers and booleans. */
public final class JsonTree {

    private JsonTree() {}

    /** Returns the current value; null for null. */
    public static @Nullable Object of(JsonReader in) {
        return switch (in.kind()) {
            case OBJECT -> object(in);
            case ARRAY -> array(in);
            case NUMBER -> JsonNumber.of(in.string("0"));
            case TRUE -> true;
            case FALSE -> false;
            case STRING -> in.string();
            case NONE, NULL -> null;
        };
    }

    /** Returns the current value as compact JSON, fields in the order received. */
    public static String text(JsonReader in) {
        return JsonWriter.text(of(in));
    }

    /** Returns a string, or the JSON of an object or a list in place of one; "" for null and empty ones. */
    public static String textOf(JsonReader in) {
        if (!in.isObject() && !in.isArray()) {
            return in.string("");
        }
        String json = text(in);
        return json.length() > 2 ? json : "";
    }

    /** Returns the current object, fields in the order received; empty if the value is none. */
    public static Map<String, @Nullable Object> object(JsonReader in) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        if (in.object()) {
            while (in.nextField()) {
                String name = in.field();
                object.put(name, of(in));
            }
        }
        return object;
    }

    /** Returns the current array, or the current object as its only element; empty if the value is neither. */
    public static List<@Nullable Object> list(JsonReader in) {
        return in.isObject() ? List.of(object(in)) : array(in);
    }

    private static List<@Nullable Object> array(JsonReader in) {
        List<@Nullable Object> array = new ArrayList<>();
        if (in.array()) {
            while (in.nextElement()) {
                array.add(of(in));
            }
        }
        return array;
    }
}
