package dev.understudy.chat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** One turn of a conversation. */
public sealed interface Message {

    /** How the model should behave. Usually the first message; some dialects collect all of them at the front. */
    record System(String text) implements Message {
        public System {
            Objects.requireNonNull(text, "text");
        }
    }

    /** What the user says. */
    record User(List<Part> parts) implements Message {
        public User {
            parts = List.copyOf(parts);
            if (parts.isEmpty()) {
                throw new IllegalArgumentException("A user message needs at least one part");
            }
        }

        /** Its words, without the pictures. */
        public String text() {
            return parts.stream()
                    .map(part -> part instanceof Part.Text words ? words.text() : "")
                    .collect(Collectors.joining());
        }
    }

    /**
     * What the model said.
     *
     * @param text "" when it only called tools
     * @param toolCalls the tools it wants called
     * @param reasoningBlocks its reasoning; sealed ones go back only to the dialect they came from
     */
    record Assistant(String text, List<ToolCall> toolCalls, List<ReasoningBlock> reasoningBlocks) implements Message {
        public Assistant {
            Objects.requireNonNull(text, "text");
            toolCalls = List.copyOf(toolCalls);
            reasoningBlocks = List.copyOf(reasoningBlocks);
        }
    }

    /**
     * What a tool answered.
     *
     * @param callId {@link ToolCall#id()} of the call
     * @param name {@link ToolCall#name()} of the call
     * @param content the result, often JSON
     * @param error whether the tool failed
     */
    record ToolResult(String callId, String name, String content, boolean error) implements Message {
        public ToolResult {
            Objects.requireNonNull(callId, "callId");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(content, "content");
        }
    }

    static Message system(String text) {
        return new System(text);
    }

    static Message user(String text) {
        return new User(List.of(new Part.Text(text)));
    }

    static Message user(String text, Image... images) {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part.Text(text));
        for (Image image : images) {
            parts.add(new Part.Image(image));
        }
        return new User(parts);
    }

    static Message assistant(String text) {
        return new Assistant(text, List.of(), List.of());
    }

    static Message assistant(String text, ToolCall... calls) {
        return new Assistant(text, List.of(calls), List.of());
    }

    static Message toolResult(ToolCall call, String content) {
        return new ToolResult(call.id(), call.name(), content, false);
    }

    static Message toolError(ToolCall call, String content) {
        return new ToolResult(call.id(), call.name(), content, true);
    }

    /** A piece of a user's message. */
    sealed interface Part {

        /** Plain text. */
        record Text(String text) implements Part {}

        /** A picture, by URL or with its bytes. */
        record Image(Message.Image image) implements Part {}
    }

    /** A picture in a user's message: by reference, or its bytes. */
    sealed interface Image {

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
                    throw new IllegalArgumentException(
                            "Media type of an image expected, image/png for one: " + mediaType);
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
}
