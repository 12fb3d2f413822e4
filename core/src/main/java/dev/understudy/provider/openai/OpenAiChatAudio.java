package dev.understudy.provider.openai;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.json.JsonReader;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sound of an answer. Its transcript is the text of the answer, so that other vendors can be told what was said; the
 * vendor itself is sent the id in place of both. Not thread-safe.
 */
final class OpenAiChatAudio {

    private static final String ID = "id";
    private static final String SPOKEN = "transcript";

    private static final Map<String, String> TYPES =
            Map.of("mp3", "audio/mpeg", "pcm16", "audio/pcm;rate=24000", "opus", "audio/ogg;codecs=opus");

    /** Id, fragment of the bytes and fragment of the transcript, from one event. */
    static final class Piece {
        String id = "";
        String base64 = "";
        String transcript = "";

        /** When the vendor deletes the sound, in seconds; 0 if not told. */
        int expires;

        boolean isEmpty() {
            return id.isEmpty() && base64.isEmpty() && transcript.isEmpty() && expires == 0;
        }

        void clear() {
            id = "";
            base64 = "";
            transcript = "";
            expires = 0;
        }

        void read(JsonReader in) {
            if (!in.object()) {
                return;
            }
            while (in.nextField()) {
                switch (in.field()) {
                    case "id" -> id = in.string("");
                    case "data" -> base64 = in.string("");
                    case SPOKEN -> transcript = in.string("");
                    case "expires_at" -> expires = in.integer(0);
                    default -> in.skip();
                }
            }
        }
    }

    private final String mediaType;
    private String id = "";
    private int expires;
    private boolean sounds;
    private boolean spoken;

    OpenAiChatAudio(ChatRequest request) {
        Object format = ExtraFields.of(request, DialectName.OPENAI_CHAT, "audio", "format");
        this.mediaType = format instanceof String name ? TYPES.getOrDefault(name, "audio/" + name) : "audio/wav";
    }

    void add(Piece piece) {
        id = piece.id.isEmpty() ? id : piece.id;
        expires = piece.expires == 0 ? expires : piece.expires;
        sounds |= !piece.base64.isEmpty();
    }

    /** Records that the transcript is the text of the answer. */
    void spoken() {
        spoken = true;
    }

    boolean isSpoken() {
        return spoken;
    }

    ContentBlock.Audio block(String base64, @Nullable VendorData data) {
        return new ContentBlock.Audio(mediaType, base64, data);
    }

    /** Returns the data with which the sound goes back; null without sound or id. */
    @Nullable
    VendorData data() {
        if (!sounds || id.isEmpty()) {
            return null;
        }
        Map<String, Object> fields = ExtraFields.fields(ID, id, SPOKEN, spoken);
        if (expires != 0) {
            fields.put("expires_at", expires);
        }
        return VendorFields.data(DialectName.OPENAI_CHAT, fields);
    }

    /** Returns the id of a sound that this origin produced; null without one. */
    static @Nullable Object id(Map<String, ? extends @Nullable Object> own) {
        return own.get(ID);
    }

    /** Returns true if the text beside the sound is its transcript. */
    static boolean isTranscribed(Map<String, ? extends @Nullable Object> own) {
        return Boolean.TRUE.equals(own.get(SPOKEN));
    }
}
