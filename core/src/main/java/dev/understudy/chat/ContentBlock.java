package dev.understudy.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A block of an answer. An answer is a list of blocks in the order in which the model produced them, and goes back to
 * its origin in that order.
 */
public sealed interface ContentBlock
        permits ContentBlock.Text,
                ContentBlock.Refusal,
                ContentBlock.Image,
                ContentBlock.Audio,
                ContentBlock.File,
                ContentBlock.Opaque,
                ReasoningBlock,
                ToolCall {

    /**
     * Returns the data that goes back to the origin with this block.
     *
     * @return the data, {@code null} if there is none
     */
    @Nullable
    VendorData vendorData();

    /**
     * Returns a copy with other vendor data.
     *
     * @param vendorData the data; {@code null} for none, which an {@link Opaque} block does not accept
     * @return a copy
     */
    ContentBlock withVendorData(@Nullable VendorData vendorData);

    /**
     * Text of the answer.
     *
     * @param text the text
     * @param vendorData data that goes back with the text, such as citations; {@code null} for none
     */
    record Text(String text, @Nullable VendorData vendorData) implements ContentBlock {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param text the text
         * @param vendorData data that goes back with the text
         */
        public Text {
            Objects.requireNonNull(text, "text");
        }

        /**
         * Creates text without vendor data.
         *
         * @param text the text
         */
        public Text(String text) {
            this(text, null);
        }

        @Override
        public Text withVendorData(@Nullable VendorData vendorData) {
            return new Text(text, vendorData);
        }
    }

    /**
     * The model's refusal to answer, where a vendor reports it separately from text.
     *
     * @param text the refusal
     * @param vendorData data that goes back with the refusal; {@code null} for none
     */
    record Refusal(String text, @Nullable VendorData vendorData) implements ContentBlock {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param text the refusal
         * @param vendorData data that goes back with the refusal
         */
        public Refusal {
            Objects.requireNonNull(text, "text");
        }

        /**
         * Creates a refusal without vendor data.
         *
         * @param text the refusal
         */
        public Refusal(String text) {
            this(text, null);
        }

        @Override
        public Refusal withVendorData(@Nullable VendorData vendorData) {
            return new Refusal(text, vendorData);
        }
    }

    /**
     * An image that the model produced.
     *
     * @param image the image
     * @param vendorData data that goes back with the image; {@code null} for none
     */
    record Image(Message.Image image, @Nullable VendorData vendorData) implements ContentBlock {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param image the image
         * @param vendorData data that goes back with the image
         */
        public Image {
            Objects.requireNonNull(image, "image");
        }

        @Override
        public Image withVendorData(@Nullable VendorData vendorData) {
            return new Image(image, vendorData);
        }
    }

    /**
     * Sound that the model produced.
     *
     * @param mediaType media type, such as {@code audio/wav}
     * @param base64 the bytes in Base64
     * @param vendorData data that goes back with the sound; {@code null} for none
     */
    record Audio(String mediaType, String base64, @Nullable VendorData vendorData) implements ContentBlock {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param mediaType media type
         * @param base64 the bytes in Base64
         * @param vendorData data that goes back with the sound
         */
        public Audio {
            Objects.requireNonNull(mediaType, "mediaType");
            Objects.requireNonNull(base64, "base64");
        }

        @Override
        public Audio withVendorData(@Nullable VendorData vendorData) {
            return new Audio(mediaType, base64, vendorData);
        }

        /** Describes type and size, without the bytes. */
        @Override
        public String toString() {
            return "Audio[" + mediaType + ", " + base64.length() + " characters]";
        }
    }

    /**
     * A file that the model produced.
     *
     * @param mediaType media type, such as {@code application/pdf}
     * @param base64 the bytes in Base64
     * @param vendorData data that goes back with the file; {@code null} for none
     */
    record File(String mediaType, String base64, @Nullable VendorData vendorData) implements ContentBlock {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param mediaType media type
         * @param base64 the bytes in Base64
         * @param vendorData data that goes back with the file
         */
        public File {
            Objects.requireNonNull(mediaType, "mediaType");
            Objects.requireNonNull(base64, "base64");
        }

        @Override
        public File withVendorData(@Nullable VendorData vendorData) {
            return new File(mediaType, base64, vendorData);
        }

        /** Describes type and size, without the bytes. */
        @Override
        public String toString() {
            return "File[" + mediaType + ", " + base64.length() + " characters]";
        }
    }

    /**
     * A block that only its origin interprets: a tool that the vendor runs itself, its result, a compaction. Sent back
     * unchanged to the origin, and left out for every other target.
     *
     * @param type the vendor's name of the type, such as {@code server_tool_use}
     * @param vendorData the whole block
     */
    record Opaque(String type, VendorData vendorData) implements ContentBlock {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param type the vendor's name of the type
         * @param vendorData the whole block
         */
        public Opaque {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(vendorData, "vendorData");
        }

        @Override
        public Opaque withVendorData(@Nullable VendorData vendorData) {
            return new Opaque(type, Objects.requireNonNull(vendorData, "vendorData"));
        }
    }
}
