package dev.understudy.chat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** A message of a conversation. */
public sealed interface Message {

    /**
     * Instructions for the model, usually the first message. Some dialects send all of them together at the start.
     *
     * @param text the instructions
     */
    record System(String text) implements Message {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param text the instructions
         */
        public System {
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * A message of the user.
     *
     * @param parts text and images, at least one
     */
    record User(List<Part> parts) implements Message {
        /**
         * Checks and copies the parts.
         *
         * @param parts text and images
         * @throws IllegalArgumentException if there is no part
         */
        public User {
            parts = List.copyOf(parts);
            if (parts.isEmpty()) {
                throw new IllegalArgumentException("A user message needs at least one part");
            }
        }

        /**
         * Returns the text of all parts, concatenated, without images.
         *
         * @return the text
         */
        public String text() {
            return parts.stream()
                    .map(part -> part instanceof Part.Text words ? words.text() : "")
                    .collect(Collectors.joining());
        }
    }

    /**
     * A message of the model.
     *
     * @param blocks its content, in the order in which the model produced it; signatures, vendor data and opaque blocks
     *     are sent back to their origin only
     */
    record Assistant(List<ContentBlock> blocks) implements Message {
        /**
         * Copies the blocks.
         *
         * @param blocks the content
         */
        public Assistant {
            blocks = List.copyOf(blocks);
        }

        /**
         * Creates a message of reasoning, text and tool calls, in this order.
         *
         * @param text the text, "" when the model only called tools
         * @param toolCalls tool calls requested by the model
         * @param reasoningBlocks reasoning; signed blocks are sent back only to the dialect that produced them
         */
        public Assistant(String text, List<ToolCall> toolCalls, List<ReasoningBlock> reasoningBlocks) {
            this(ContentBlocks.of(text, "", reasoningBlocks, toolCalls));
        }

        /**
         * Returns the text of all text blocks, concatenated.
         *
         * @return the text, "" when the model only called tools
         */
        public String text() {
            return ContentBlocks.text(blocks);
        }

        /**
         * Returns the tool calls requested by the model.
         *
         * @return the calls, in order
         */
        public List<ToolCall> toolCalls() {
            return ContentBlocks.only(ToolCall.class, blocks);
        }

        /**
         * Returns the reasoning.
         *
         * @return the reasoning blocks, in order
         */
        public List<ReasoningBlock> reasoningBlocks() {
            return ContentBlocks.only(ReasoningBlock.class, blocks);
        }
    }

    /**
     * The result of a tool call.
     *
     * @param callId {@link ToolCall#id()} of the call
     * @param name {@link ToolCall#name()} of the call
     * @param content the result, often JSON
     * @param error {@code true} if the tool failed
     */
    record ToolResult(String callId, String name, String content, boolean error) implements Message {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param callId {@link ToolCall#id()} of the call
         * @param name {@link ToolCall#name()} of the call
         * @param content the result
         * @param error {@code true} if the tool failed
         */
        public ToolResult {
            Objects.requireNonNull(callId, "callId");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(content, "content");
        }
    }

    /**
     * Returns a system message.
     *
     * @param text the instructions
     * @return the message
     */
    static Message system(String text) {
        return new System(text);
    }

    /**
     * Returns a user message of text.
     *
     * @param text the text
     * @return the message
     */
    static Message user(String text) {
        return new User(List.of(new Part.Text(text)));
    }

    /**
     * Returns a user message of text and images.
     *
     * @param text the text
     * @param images the images, after the text
     * @return the message
     */
    static Message user(String text, Image... images) {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part.Text(text));
        for (Image image : images) {
            parts.add(new Part.Image(image));
        }
        return new User(parts);
    }

    /**
     * Returns a message of the model.
     *
     * @param text the text
     * @return the message
     */
    static Message assistant(String text) {
        return new Assistant(text, List.of(), List.of());
    }

    /**
     * Returns a message of the model with tool calls.
     *
     * @param text the text, possibly ""
     * @param calls the tool calls
     * @return the message
     */
    static Message assistant(String text, ToolCall... calls) {
        return new Assistant(text, List.of(calls), List.of());
    }

    /**
     * Returns the result of a successful tool call.
     *
     * @param call the call
     * @param content the result, often JSON
     * @return the message
     */
    static Message toolResult(ToolCall call, String content) {
        return new ToolResult(call.id(), call.name(), content, false);
    }

    /**
     * Returns the result of a failed tool call.
     *
     * @param call the call
     * @param content description of the error, for the model
     * @return the message
     */
    static Message toolError(ToolCall call, String content) {
        return new ToolResult(call.id(), call.name(), content, true);
    }

    /** A part of a user message. */
    sealed interface Part {

        /**
         * Text.
         *
         * @param text the text
         */
        record Text(String text) implements Part {}

        /**
         * An image.
         *
         * @param image the image, by URL or with its bytes
         */
        record Image(Message.Image image) implements Part {}
    }

    /** An image in a user message, by URL or with its bytes. */
    sealed interface Image {

        /**
         * An image that the vendor downloads.
         *
         * @param url absolute URL, usually https
         */
        record Url(String url) implements Image {
            /**
             * Checks that no required value is {@code null}.
             *
             * @param url absolute URL
             */
            public Url {
                Objects.requireNonNull(url, "url");
            }
        }

        /**
         * An image that is sent with the request.
         *
         * @param mediaType media type of the image, such as {@code image/png}
         * @param base64 the bytes in Base64
         */
        record Data(String mediaType, String base64) implements Image {
            /**
             * Checks the values.
             *
             * @param mediaType media type of the image
             * @param base64 the bytes in Base64
             * @throws IllegalArgumentException if the media type is not one of an image
             */
            public Data {
                Objects.requireNonNull(mediaType, "mediaType");
                Objects.requireNonNull(base64, "base64");
                if (!mediaType.startsWith("image/")) {
                    throw new IllegalArgumentException(
                            "Media type of an image expected, image/png for one: " + mediaType);
                }
            }

            @Override
            public String toString() {
                return "Data[" + mediaType + ", " + base64.length() + " characters]";
            }
        }

        /**
         * Returns an image that the vendor downloads.
         *
         * @param url absolute URL, usually https
         * @return the image
         */
        static Image url(String url) {
            return new Url(Objects.requireNonNull(url, "url"));
        }

        /**
         * Returns an image that is sent with the request.
         *
         * @param mediaType media type of the image, such as {@code image/png}
         * @param bytes the bytes, copied
         * @return the image
         * @throws IllegalArgumentException if the media type is not one of an image
         */
        static Image of(String mediaType, byte[] bytes) {
            return new Data(mediaType, Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, bytes.length)));
        }
    }
}
