package dev.understudy.gateway.embedding;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Model and usage of an answer with embeddings. Its numbers, of which there may be millions, are skipped and not kept.
 *
 * @param model the model that the server names; {@code null} if it names none
 * @param promptTokens tokens of the prompt; 0 if they are not reported
 */
record EmbeddingAnswer(@Nullable String model, int promptTokens) {

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(100).build())
            .build();

    /** Reads a body; returns {@code null} if it is no valid JSON, or holds no embeddings. */
    static @Nullable EmbeddingAnswer of(byte[] body) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            Reading reading = new Reading(parser);
            return reading.document() && reading.hasData ? new EmbeddingAnswer(reading.model, reading.tokens) : null;
        } catch (JacksonException broken) {
            return null;
        }
    }

    private static final class Reading {

        private final JsonParser parser;
        private boolean hasData;
        private @Nullable String model;
        private int tokens;

        Reading(JsonParser parser) {
            this.parser = parser;
        }

        /** Reads the whole document; returns false if it is no object. */
        boolean document() {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "data" -> hasData = value == JsonToken.START_ARRAY;
                    case "model" -> model = value == JsonToken.VALUE_STRING ? parser.getString() : null;
                    case "usage" -> usage(value);
                    default -> {}
                }
                parser.skipChildren();
            }
            return parser.nextToken() == null;
        }

        private void usage(JsonToken value) {
            while (value == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isPrompt = parser.currentName().equals("prompt_tokens");
                if (parser.nextToken().isNumeric() && isPrompt) {
                    tokens = (int) Math.max(0, parser.getDoubleValue());
                }
                parser.skipChildren();
            }
        }
    }
}
