package dev.understudy.provider.dialect;

import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.List;
import java.util.Map;

/** Field {@code error} of an answer or an event, which some servers send with every answer. */
public final class ErrorField {

    private ErrorField() {}

    /** Returns true if the current value reports an error: it is not null, false, blank or empty. */
    public static boolean isSet(JsonReader in) {
        if (in.isObject() || in.isArray()) {
            Object error = JsonTree.of(in);
            return !(error instanceof Map<?, ?> map && map.isEmpty())
                    && !(error instanceof List<?> list && list.isEmpty());
        }
        String text = in.string("");
        return !text.isBlank() && !text.equals("false");
    }
}
