package dev.understudy.provider.gemini;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.VendorFields;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Content blocks of parts other than text and calls, and the vendor data of a signature. */
final class GeminiBlocks {

    static final String SIGNATURE = "thoughtSignature";

    private static final String INLINE = "inlineData";

    private GeminiBlocks() {}

    /** Returns the signature of a text or a call as vendor data; null without one. */
    static @Nullable VendorData signature(String signature) {
        return signature.isEmpty()
                ? null
                : VendorFields.data(DialectName.GEMINI, ExtraFields.fields(SIGNATURE, signature));
    }

    /** Returns a part with an image, sound, a file or the output of the vendor's own tool; null for an empty part. */
    static @Nullable ContentBlock of(GeminiPart part) {
        if (part.other().isEmpty()) {
            return null;
        }
        if (!part.thought()
                && part.other().get(INLINE) instanceof Map<?, ?> inline
                && inline.get("mimeType") instanceof String type
                && inline.get("data") instanceof String data) {
            if (data.isEmpty()) {
                return null; // left out by the framing
            }
            VendorData signed = signature(part.signature());
            if (type.startsWith("image/")) {
                return new ContentBlock.Image(new Message.Image.Data(type, data), signed);
            }
            return type.startsWith("audio/")
                    ? new ContentBlock.Audio(type, data, signed)
                    : new ContentBlock.File(type, data, signed);
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (!part.text().isEmpty()) {
            fields.put("text", part.text());
        }
        if (part.thought()) {
            fields.put("thought", true);
        }
        fields.putAll(part.other());
        if (!part.signature().isEmpty()) {
            fields.put(SIGNATURE, part.signature());
        }
        VendorData data = VendorFields.data(DialectName.GEMINI, fields);
        return data == null
                ? null
                : new ContentBlock.Opaque(part.other().keySet().iterator().next(), data);
    }
}
