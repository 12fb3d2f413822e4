package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;

/**
 * An image, a file or sound: bytes or an address. A data URL counts as bytes.
 *
 * @param name name of the file; "" for an image
 * @param mediaType media type; "" if unknown, which is possible with an address only
 * @param base64 the bytes in Base64; "" with an address
 * @param url the address; "" with bytes
 */
public record Media(String name, String mediaType, String base64, String url) {

    private static final String BASE64 = ";base64,";

    public static Media of(Message.Image image) {
        return image instanceof Message.Image.Data data
                ? new Media("", data.mediaType(), data.base64(), "")
                : at(((Message.Image.Url) image).url(), "");
    }

    public static Media of(Message.File file) {
        return file instanceof Message.File.Data data
                ? new Media(data.name(), data.mediaType(), data.base64(), "")
                : at(((Message.File.Url) file).url(), file.mediaType());
    }

    private static Media at(String url, String mediaType) {
        int comma = url.startsWith("data:") ? url.indexOf(BASE64) : -1;
        return comma > 0
                ? new Media("", url.substring("data:".length(), comma), url.substring(comma + BASE64.length()), "")
                : new Media("", mediaType, "", url);
    }

    /** Returns true for bytes, false for an address. */
    public boolean isInline() {
        return url.isEmpty();
    }

    /** Returns the address, or a data URL of the bytes. */
    public String address() {
        return isInline() ? "data:" + mediaType + BASE64 + base64 : url;
    }

    /**
     * Returns the failure for a part that a target does not accept.
     *
     * @param target name of the API
     * @param part kind of part, such as "files"
     * @param parameter the vendors' usual name of such a part
     */
    public static CallFailed unsupported(String target, String part, String parameter) {
        return new CallFailed(Failure.of(FailureKind.UNSUPPORTED, target + " does not support " + part)
                .withRefusedParameter(parameter));
    }
}
