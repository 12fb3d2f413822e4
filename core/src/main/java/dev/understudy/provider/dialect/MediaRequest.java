package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognises requests whose answers may hold pictures or sound. */
public final class MediaRequest {

    private static final Pattern MODEL = Pattern.compile("image|audio|tts|live|omni|banana|voice|video");

    private MediaRequest() {}

    /**
     * Returns true if the model is known for media, or the caller asked for other modalities than text.
     *
     * @param modalities the modalities of the request; {@code null} without any
     */
    public static boolean asksForMedia(ChatRequest request, @Nullable Object modalities) {
        return MODEL.matcher(request.model().toLowerCase(Locale.ROOT)).find()
                || (modalities instanceof Collection<?> names
                        && names.stream().anyMatch(name -> !"text".equalsIgnoreCase(String.valueOf(name))));
    }

    /** Returns a field of the caller's extra fields, or a field of one of them. */
    public static @Nullable Object extra(ChatRequest request, String dialect, String... path) {
        Object value = request.extra().get(dialect);
        for (String field : path) {
            value = value instanceof Map<?, ?> fields ? fields.get(field) : null;
        }
        return value;
    }
}
