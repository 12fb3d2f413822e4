package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.error.CallerText;
import dev.understudy.provider.error.ErrorClassifier;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.Json;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a vendor speaks: the request as bytes, its answers and errors as words. Stateless; everything here is a pure
 * function. What is wrong with an answer is thrown as {@link dev.understudy.chat.ChatException.CallFailed}.
 */
public interface Dialect {

    /** Name of the dialect, as in {@link ChatRequest#extra()}. */
    String name();

    /** What the seals of its thoughts are called: dialects that can read each other's have one name for them. */
    default String signatureScope() {
        return name();
    }

    /** Whether a host is the vendor's own, or serves its models as itself: seals made there can be opened at all of them. */
    default boolean isOwnHost(String host) {
        return true;
    }

    /** Where requests go, relative to the endpoint's base URL: {@code "/chat/completions"}. */
    String path(ChatRequest request, boolean stream);

    /** Where a cheap GET tells that the endpoint and the key work: {@code "/models"}; "" if there is no such place. */
    default String probePath() {
        return "";
    }

    /** What decides the bytes of a body besides the request: equal for two providers whose bodies are the same. */
    default Object encoding() {
        return name();
    }

    /** The fields of the request body, always the same in the same order for the same request. */
    Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream);

    /** The request body, always the same bytes for the same request. */
    default byte[] encode(ChatRequest request, boolean stream) {
        return Json.write(body(request, stream));
    }

    /** Fields that some models want under the other name, and that one; a limit is better renamed than left out. */
    default Map<String, String> synonyms() {
        return Map.of();
    }

    /** Which ids of tool calls this vendor accepts; {@link #body} writes the others anew. */
    default OpenAiCompatibility.CallIds callIds() {
        return OpenAiCompatibility.CallIds.any();
    }

    /** Puts the key where this vendor wants it: as a bearer token, if it says nothing else. */
    default void authorize(Secret key, BiConsumer<String, String> header) {
        header.accept(OpenAiCompatibility.AUTHORIZATION, "Bearer " + key.reveal());
    }

    /** Header fields that every request of this dialect carries, content type and accept aside. */
    default void headers(BiConsumer<String, String> header) {}

    /** The content type of a streamed body. */
    default String streamType() {
        return "text/event-stream";
    }

    /**
     * Whether an answer of this content type, sent where a stream was asked for, is one. Else it is the whole answer at
     * once.
     *
     * @param contentType "" if the server names none
     */
    default boolean streams(String contentType) {
        return !contentType.regionMatches(true, 0, "application/json", 0, "application/json".length());
    }

    /** Cuts the bytes of a streamed body into events. A new one for each stream. */
    Framing framing();

    /** Reads the events of one stream. A new one for each stream. */
    StreamDecoder decoder(String provider, ChatRequest request);

    /** Whether the vendor keeps the answers of streams, as far as the caller does not say otherwise. */
    default boolean stores() {
        return false;
    }

    /**
     * Returns a new answer that the vendor stores, so that it can be read again over another connection.
     *
     * @return {@code null} if the vendor stores none for this request
     */
    default @Nullable StoredAnswer store(String provider, ChatRequest request) {
        return null;
    }

    /** Reads a whole answer with status 200. */
    ChatResponse decode(String provider, ChatRequest request, byte[] body);

    /**
     * Types an answer with another status than 200.
     *
     * @param header the value of a response header field by its lower-case name
     */
    default Failure failure(int status, Function<String, @Nullable String> header, byte[] body) {
        return failure(status, header, body, CallerText.NONE);
    }

    /**
     * Types it by words that the request does not contain.
     *
     * @param caller text of the request
     */
    default Failure failure(int status, Function<String, @Nullable String> header, byte[] body, CallerText caller) {
        return ErrorClassifier.http(status, header, body, caller);
    }
}
