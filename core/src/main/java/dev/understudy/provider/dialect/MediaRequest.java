package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;
import java.util.Collection;
import java.util.Locale;
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
}
