package dev.understudy.chat;

import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;

/** A picture in a user's message: by reference, or its bytes. */
public sealed interface Image {

    /**
     * A picture that the vendor fetches.
     *
     * @param url absolute, usually https
     */
    record Url(String url) implements Image {
        public Url {
            Objects.requireNonNull(url, "url");
        }
    }

    /**
     * A picture that is sent along.
     *
     * @param mediaType {@code image/png} or the like
     * @param base64 its bytes
     */
    record Data(String mediaType, String base64) implements Image {
        public Data {
            Objects.requireNonNull(mediaType, "mediaType");
            Objects.requireNonNull(base64, "base64");
            if (!mediaType.startsWith("image/")) {
                throw new IllegalArgumentException("Media type of an image expected, image/png for one: " + mediaType);
            }
        }

        @Override
        public String toString() {
            return "Data[" + mediaType + ", " + base64.length() + " characters]";
        }
    }

    static Image url(String url) {
        return new Url(Objects.requireNonNull(url, "url"));
    }

    static Image of(String mediaType, byte[] bytes) {
        return new Data(mediaType, Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, bytes.length)));
    }
}
