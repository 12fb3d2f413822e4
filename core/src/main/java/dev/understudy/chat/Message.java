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
     * @param cacheHint hint that the conversation up to here repeats
     */
    record System(String text, CacheHint cacheHint) implements Message {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param text the instructions
         * @param cacheHint hint that the conversation up to here repeats
         */
        public System {
            Objects.requireNonNull(text, "text");
            Objects.requireNonNull(cacheHint, "cacheHint");
        }

        /**
         * Creates a message without a cache hint.
         *
         * @param text the instructions
         */
        public System(String text) {
            this(text, CacheHint.NONE);
        }

        @Override
        public System withCacheHint(CacheHint cacheHint) {
            return new System(text, cacheHint);
        }
    }

    /**
     * A message of the user.
     *
     * @param parts text, images, files and sound, at least one
     */
    record User(List<Part> parts) implements Message {
        /**
         * Checks and copies the parts.
         *
         * @param parts text, images, files and sound
         * @throws IllegalArgumentException if there is no part
         */
        public User {
            parts = List.copyOf(parts);
            if (parts.isEmpty()) {
                throw new IllegalArgumentException("A user message needs at least one part");
            }
        }

        /**
         * Returns the text of all parts, concatenated, without images, files and sound.
         *
         * @return the text
         */
        public String text() {
            return Message.text(parts);
        }

        /** Returns the hint of the last part. */
        @Override
        public CacheHint cacheHint() {
            return Message.last(parts);
        }

        /** Returns a copy whose last part has another hint. */
        @Override
        public User withCacheHint(CacheHint cacheHint) {
            return new User(Message.hinted(parts, cacheHint));
        }
    }

    /**
     * A message of the model.
     *
     * @param blocks its content, in the order in which the model produced it; signatures, vendor data and opaque blocks
     *     are sent back to their origin only
     * @param cacheHint hint that the conversation up to here repeats
     */
    record Assistant(List<ContentBlock> blocks, CacheHint cacheHint) implements Message {
        /**
         * Copies the blocks.
         *
         * @param blocks the content
         * @param cacheHint hint that the conversation up to here repeats
         */
        public Assistant {
            blocks = List.copyOf(blocks);
            Objects.requireNonNull(cacheHint, "cacheHint");
        }

        /**
         * Creates a message without a cache hint.
         *
         * @param blocks the content
         */
        public Assistant(List<ContentBlock> blocks) {
            this(blocks, CacheHint.NONE);
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

        /**
         * Returns a copy with other content.
         *
         * @param blocks the content
         * @return a copy
         */
        public Assistant withBlocks(List<ContentBlock> blocks) {
            return new Assistant(blocks, cacheHint);
        }

        @Override
        public Assistant withCacheHint(CacheHint cacheHint) {
            return new Assistant(blocks, cacheHint);
        }
    }

    /**
     * The result of a tool call. Images and files of a result are sent within it where the target accepts them there,
     * else in a user message behind the results.
     *
     * @param callId {@link ToolCall#id()} of the call
     * @param name {@link ToolCall#name()} of the call
     * @param parts the result: text, often JSON, images and files; may be empty
     * @param error {@code true} if the tool failed
     */
    record ToolResult(String callId, String name, List<Part> parts, boolean error) implements Message {
        /**
         * Checks and copies the values.
         *
         * @param callId {@link ToolCall#id()} of the call
         * @param name {@link ToolCall#name()} of the call
         * @param parts the result
         * @param error {@code true} if the tool failed
         */
        public ToolResult {
            Objects.requireNonNull(callId, "callId");
            Objects.requireNonNull(name, "name");
            parts = List.copyOf(parts);
        }

        /**
         * Creates a result of text.
         *
         * @param callId {@link ToolCall#id()} of the call
         * @param name {@link ToolCall#name()} of the call
         * @param content the result, often JSON
         * @param error {@code true} if the tool failed
         */
        public ToolResult(String callId, String name, String content, boolean error) {
            this(callId, name, List.of(new Part.Text(content)), error);
        }

        /**
         * Returns the text of all parts, concatenated, without images and files.
         *
         * @return the text, often JSON
         */
        public String content() {
            return Message.text(parts);
        }

        /**
         * Returns the parts that are not text.
         *
         * @return images and files, in order
         */
        public List<Part> media() {
            return parts.stream().filter(part -> !(part instanceof Part.Text)).toList();
        }

        /** Returns the hint of the last part. */
        @Override
        public CacheHint cacheHint() {
            return Message.last(parts);
        }

        /** Returns a copy whose last part has another hint. */
        @Override
        public ToolResult withCacheHint(CacheHint cacheHint) {
            return new ToolResult(callId, name, Message.hinted(parts, cacheHint), error);
        }
    }

    /**
     * Hint that a conversation, up to the place of the hint, will be sent again, so that the vendor may keep what it
     * computed for it. Vendors that cache without being asked ignore hints; costs of writing to a cache are in
     * {@link Usage#cacheWrite()}.
     */
    enum CacheHint {
        /** No hint. */
        NONE,
        /** To be kept for the vendor's usual time, often five minutes. */
        SHORT,
        /** To be kept for an hour, where the vendor offers that. */
        LONG
    }

    /**
     * Returns the hint that the conversation up to this message repeats.
     *
     * @return the hint
     */
    CacheHint cacheHint();

    /**
     * Returns a copy with another cache hint.
     *
     * @param cacheHint the hint
     * @return a copy
     */
    Message withCacheHint(CacheHint cacheHint);

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
     * Returns a user message of several parts.
     *
     * @param parts text, images, files and sound, at least one
     * @return the message
     * @throws IllegalArgumentException if there is no part
     */
    static Message user(List<? extends Part> parts) {
        return new User(List.copyOf(parts));
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
     * Returns the result of a successful tool call, with images or files.
     *
     * @param call the call
     * @param parts text, images and files
     * @return the message
     */
    static Message toolResult(ToolCall call, List<? extends Part> parts) {
        return new ToolResult(call.id(), call.name(), List.copyOf(parts), false);
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

    private static String text(List<Part> parts) {
        if (parts.size() == 1 && parts.get(0) instanceof Part.Text only) {
            return only.text();
        }
        return parts.stream()
                .map(part -> part instanceof Part.Text words ? words.text() : "")
                .collect(Collectors.joining());
    }

    private static CacheHint last(List<Part> parts) {
        return parts.isEmpty() ? CacheHint.NONE : parts.get(parts.size() - 1).cacheHint();
    }

    private static List<Part> hinted(List<Part> parts, CacheHint cacheHint) {
        if (parts.isEmpty()) {
            return parts;
        }
        List<Part> hinted = new ArrayList<>(parts);
        hinted.set(parts.size() - 1, parts.get(parts.size() - 1).withCacheHint(cacheHint));
        return hinted;
    }

    /** A part of a user message or of a tool result. */
    sealed interface Part {

        /**
         * Returns the hint that the conversation up to this part repeats.
         *
         * @return the hint
         */
        CacheHint cacheHint();

        /**
         * Returns a copy with another cache hint.
         *
         * @param cacheHint the hint
         * @return a copy
         */
        Part withCacheHint(CacheHint cacheHint);

        /**
         * Text.
         *
         * @param text the text
         * @param cacheHint hint that the conversation up to here repeats
         */
        record Text(String text, CacheHint cacheHint) implements Part {
            /**
             * Checks that no required value is {@code null}.
             *
             * @param text the text
             * @param cacheHint hint that the conversation up to here repeats
             */
            public Text {
                Objects.requireNonNull(text, "text");
                Objects.requireNonNull(cacheHint, "cacheHint");
            }

            /**
             * Creates text without a cache hint.
             *
             * @param text the text
             */
            public Text(String text) {
                this(text, CacheHint.NONE);
            }

            @Override
            public Text withCacheHint(CacheHint cacheHint) {
                return new Text(text, cacheHint);
            }
        }

        /**
         * An image.
         *
         * @param image the image, by URL or with its bytes
         * @param cacheHint hint that the conversation up to here repeats
         */
        record Image(Message.Image image, CacheHint cacheHint) implements Part {
            /**
             * Checks that no required value is {@code null}.
             *
             * @param image the image
             * @param cacheHint hint that the conversation up to here repeats
             */
            public Image {
                Objects.requireNonNull(image, "image");
                Objects.requireNonNull(cacheHint, "cacheHint");
            }

            /**
             * Creates an image without a cache hint.
             *
             * @param image the image
             */
            public Image(Message.Image image) {
                this(image, CacheHint.NONE);
            }

            @Override
            public Image withCacheHint(CacheHint cacheHint) {
                return new Image(image, cacheHint);
            }
        }

        /**
         * A file, such as a PDF. A target that does not accept files fails with {@link FailureKind#UNSUPPORTED} before
         * anything is sent.
         *
         * @param file the file, by URL or with its bytes
         * @param cacheHint hint that the conversation up to here repeats
         */
        record File(Message.File file, CacheHint cacheHint) implements Part {
            /**
             * Checks that no required value is {@code null}.
             *
             * @param file the file
             * @param cacheHint hint that the conversation up to here repeats
             */
            public File {
                Objects.requireNonNull(file, "file");
                Objects.requireNonNull(cacheHint, "cacheHint");
            }

            /**
             * Creates a file without a cache hint.
             *
             * @param file the file
             */
            public File(Message.File file) {
                this(file, CacheHint.NONE);
            }

            @Override
            public File withCacheHint(CacheHint cacheHint) {
                return new File(file, cacheHint);
            }
        }

        /**
         * Sound. A target that does not accept sound fails with {@link FailureKind#UNSUPPORTED} before anything is sent.
         *
         * @param mediaType media type, such as {@code audio/wav} or {@code audio/mpeg}
         * @param base64 the bytes in Base64
         * @param cacheHint hint that the conversation up to here repeats
         */
        record Audio(String mediaType, String base64, CacheHint cacheHint) implements Part {
            /**
             * Checks the values.
             *
             * @param mediaType media type
             * @param base64 the bytes in Base64
             * @param cacheHint hint that the conversation up to here repeats
             * @throws IllegalArgumentException if the media type is not one of sound
             */
            public Audio {
                Objects.requireNonNull(mediaType, "mediaType");
                Objects.requireNonNull(base64, "base64");
                Objects.requireNonNull(cacheHint, "cacheHint");
                if (!mediaType.startsWith("audio/")) {
                    throw new IllegalArgumentException("Media type of sound expected, audio/wav for one: " + mediaType);
                }
            }

            /**
             * Creates sound from its bytes, without a cache hint.
             *
             * @param mediaType media type, such as {@code audio/wav}
             * @param bytes the bytes
             * @return the part
             * @throws IllegalArgumentException if the media type is not one of sound
             */
            public static Audio of(String mediaType, byte[] bytes) {
                return new Audio(mediaType, Base64.getEncoder().encodeToString(bytes), CacheHint.NONE);
            }

            @Override
            public Audio withCacheHint(CacheHint cacheHint) {
                return new Audio(mediaType, base64, cacheHint);
            }

            /** Describes type and size, without the bytes. */
            @Override
            public String toString() {
                return "Audio[" + mediaType + ", " + base64.length() + " characters]";
            }
        }
    }

    /** A file of a user message or a tool result, by URL or with its bytes. */
    sealed interface File {

        /**
         * Returns the media type.
         *
         * @return the type, such as {@code application/pdf}
         */
        String mediaType();

        /**
         * A file that the vendor downloads.
         *
         * @param url absolute URL, usually https
         * @param mediaType media type, such as {@code application/pdf}
         */
        record Url(String url, String mediaType) implements File {
            /**
             * Checks that no required value is {@code null}.
             *
             * @param url absolute URL
             * @param mediaType media type
             */
            public Url {
                Objects.requireNonNull(url, "url");
                Objects.requireNonNull(mediaType, "mediaType");
            }
        }

        /**
         * A file that is sent with the request.
         *
         * @param name name of the file, such as {@code report.pdf}
         * @param mediaType media type, such as {@code application/pdf}
         * @param base64 the bytes in Base64
         */
        record Data(String name, String mediaType, String base64) implements File {
            /**
             * Checks that no required value is {@code null}.
             *
             * @param name name of the file
             * @param mediaType media type
             * @param base64 the bytes in Base64
             */
            public Data {
                Objects.requireNonNull(name, "name");
                Objects.requireNonNull(mediaType, "mediaType");
                Objects.requireNonNull(base64, "base64");
            }

            /** Describes type and size, without name and bytes. */
            @Override
            public String toString() {
                return "Data[" + mediaType + ", " + base64.length() + " characters]";
            }
        }

        /**
         * Returns a file that the vendor downloads.
         *
         * @param url absolute URL, usually https
         * @param mediaType media type, such as {@code application/pdf}
         * @return the file
         */
        static File url(String url, String mediaType) {
            return new File.Url(url, mediaType);
        }

        /**
         * Returns a file that is sent with the request.
         *
         * @param name name of the file, such as {@code report.pdf}
         * @param mediaType media type, such as {@code application/pdf}
         * @param bytes the bytes
         * @return the file
         */
        static File of(String name, String mediaType, byte[] bytes) {
            return new File.Data(name, mediaType, Base64.getEncoder().encodeToString(bytes));
        }
    }

    /** An image of a user message or a tool result, by URL or with its bytes. */
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
            return new Image.Url(Objects.requireNonNull(url, "url"));
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
            return new Image.Data(mediaType, Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, bytes.length)));
        }
    }
}
