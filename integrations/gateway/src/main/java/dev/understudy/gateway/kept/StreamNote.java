package dev.understudy.gateway.kept;

import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.VendorData;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CallError;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A note that is kept with the chunks of an answer, as a chunk that no vendor sends. */
public sealed interface StreamNote {

    /** Origin of the chunks that are notes. */
    String ORIGIN = "understudy-gateway";

    /**
     * First chunk of each stream.
     *
     * @param api path of the API
     * @param owner the client that started the stream
     * @param requestId id of its request, for the log
     * @param created time of the answer
     * @param form part of the request that an encoder needs
     */
    record Head(String api, StreamOwner owner, String requestId, Instant created, JsonNode form)
            implements StreamNote {}

    /**
     * Producer of the next chunks.
     *
     * @param provider provider that began the answer; {@code null} if it is not known
     * @param model model that produces the answer now
     * @param attempts attempts so far
     */
    record Producer(@Nullable String provider, String model, int attempts) implements StreamNote {}

    /**
     * Last chunk of a stream that failed.
     *
     * @param error the failure as clients are told about it
     */
    record Failed(CallError error) implements StreamNote {}

    /** Returns the note as a chunk. */
    default StreamChunk chunk() {
        ObjectNode json = JsonFields.JSON.createObjectNode();
        if (this instanceof Head head) {
            json.put("api", head.api)
                    .put("key", head.owner.key())
                    .put("salt", head.owner.salt())
                    .put("proof", head.owner.proof())
                    .put("request", head.requestId)
                    .put("created", head.created.getEpochSecond())
                    .set("form", head.form);
        } else if (this instanceof Producer producer) {
            json.put("provider", producer.provider).put("model", producer.model).put("attempts", producer.attempts);
        } else if (this instanceof Failed failed) {
            CallError error = failed.error;
            json.put("status", error.status())
                    .put("type", error.type())
                    .put("code", error.code())
                    .put("field", error.field())
                    .put("message", error.message())
                    .put(
                            "retry",
                            error.retryAfter() == null
                                    ? null
                                    : error.retryAfter().toMillis());
        }
        return new StreamChunk.BlockData(new VendorData(ORIGIN, json.toString()), StreamChunk.UNNUMBERED);
    }

    /** Returns the note that a chunk is; {@code null} for a chunk of the answer. */
    static @Nullable StreamNote of(StreamChunk chunk) {
        if (!(chunk instanceof StreamChunk.BlockData data)
                || !data.vendorData().origin().equals(ORIGIN)) {
            return null;
        }
        JsonNode json = JsonFields.JSON.readTree(data.vendorData().json());
        if (json.has("api")) {
            return new Head(
                    text(json, "api"),
                    new StreamOwner(text(json, "key"), text(json, "salt"), text(json, "proof")),
                    text(json, "request"),
                    Instant.ofEpochSecond(json.path("created").asLong(0)),
                    json.path("form"));
        }
        if (json.has("attempts")) {
            return new Producer(
                    find(json, "provider"),
                    text(json, "model"),
                    json.path("attempts").asInt(0));
        }
        return new Failed(new CallError(
                json.path("status").asInt(500),
                text(json, "type"),
                find(json, "code"),
                find(json, "field"),
                text(json, "message"),
                json.path("retry").isNumber()
                        ? Duration.ofMillis(json.path("retry").asLong())
                        : null));
    }

    private static String text(JsonNode json, String name) {
        return json.path(name).asString("");
    }

    private static @Nullable String find(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isString() ? value.asString() : null;
    }
}
