package dev.understudy.provider.error;

import dev.understudy.chat.ChatException.CallFailed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The error of a vendor as it was received, which a failure keeps for {@link CallFailed#vendorText()}. */
public final class VendorText {

    /** Limit in bytes, and so in characters. */
    static final int LIMIT = 16 << 10;

    private VendorText() {}

    /** Returns the failure with the text of these bytes; unchanged without any. */
    public static CallFailed in(byte[] body, CallFailed failed) {
        if (body.length == 0) {
            return failed;
        }
        byte[] kept = Arrays.copyOf(body, Math.min(body.length, LIMIT));
        return failed.withVendorText(() -> new String(kept, StandardCharsets.UTF_8));
    }
}
