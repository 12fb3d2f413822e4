package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.error.CallerText;
import dev.understudy.provider.error.ErrorClassifier;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.Json;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Wire format of a vendor: encodes requests and decodes answers and errors. Stateless; every method is a pure
 * function. Invalid answers are thrown as {@link dev.understudy.chat.ChatException.CallFailed}.
 */
public interface Dialect {

    /** Name of the dialect, as in {@link ChatRequest#extra()}. */
    String name();

    /** Origin of signatures and vendor data of this dialect. Dialects that can read each other's data share one. */
    default String originScope() {
        return name();
    }

    /**
     * Returns true if the host belongs to the vendor or serves the vendor's models: signatures made at one such host
     * are valid at all of them.
     */
    default boolean isOwnHost(String host) {
        return true;
    }

    /** Returns true if signatures and vendor data are valid only at the host and port that made them. */
    default boolean isHostBound() {
        return false;
    }

    /** Path of chat requests, relative to the endpoint's base URL: {@code "/chat/completions"}. */
    String path(ChatRequest request, boolean stream);

    /** Path of a cheap GET that succeeds if endpoint and key work: {@code "/models"}; "" without one. */
    default String probePath() {
        return "";
    }

    /** Everything besides the request that determines the bytes of a body. Equal values mean equal bodies. */
    default Object encoding() {
        return name();
    }

    /** Fields of the request body. Equal requests give equal fields in equal order. */
    Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream);

    /** Request body as bytes. Equal requests give equal bytes. */
    default byte[] encode(ChatRequest request, boolean stream) {
        return Json.write(body(request, stream));
    }

    /**
     * Fields that some models accept under another name only, with that name. After a refusal such a field is renamed
     * instead of omitted.
     */
    default Map<String, String> synonyms() {
        return Map.of();
    }

    /** Rules of a model at this target for conversations, by which they are changed before {@link #body} encodes them. */
    default ConversationRules conversationRules(String model) {
        return ConversationRules.any();
    }

    /**
     * Returns true if {@link #body} writes an option of a request. Options that are not accepted are left out, which is
     * reported.
     *
     * @param option option of the request
     * @param request the request, with its model
     */
    boolean accepts(RequestOption option, ChatRequest request);

    /**
     * Returns the request without combinations of parameters that this target refuses.
     *
     * @param changes receives the name of each parameter that is changed
     */
    default ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        return request;
    }

    /** Form of tool call ids that this vendor accepts; {@link #body} rewrites the others. */
    default OpenAiCompatibility.CallIds callIds() {
        return OpenAiCompatibility.CallIds.any();
    }

    /** Adds the key to the header, by default as a bearer token. */
    default void authorize(Secret key, BiConsumer<String, String> header) {
        header.accept(OpenAiCompatibility.AUTHORIZATION, "Bearer " + key.reveal());
    }

    /** Adds the header fields of every request of this dialect besides content type, accept and authorization. */
    default void headers(BiConsumer<String, String> header) {}

    /** Content type of a streamed body. */
    default String streamType() {
        return "text/event-stream";
    }

    /**
     * Returns true if a response of this content type to a streaming request is a stream, false if it is a whole
     * answer.
     *
     * @param contentType "" if the server names none
     */
    default boolean streams(String contentType) {
        return !contentType.regionMatches(true, 0, "application/json", 0, "application/json".length());
    }

    /** Returns a new splitter of response bytes into events, for one stream, with the default limit. */
    default Framing framing() {
        return framing(Framing.LIMIT);
    }

    /**
     * Returns a new splitter of response bytes into events, for one stream.
     *
     * @param limit limit of one event, in bytes
     */
    Framing framing(int limit);

    /** Returns a new decoder of events, for one stream. */
    StreamDecoder decoder(String provider, ChatRequest request);

    /** Returns true if the server loads a model when it is requested, provided that it is in a private network. */
    default boolean loads() {
        return false;
    }

    /** Returns true if the vendor stores streamed answers unless a request opts out. */
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

    /** Decodes a whole answer with status 200. */
    ChatResponse decode(String provider, ChatRequest request, byte[] body);

    /**
     * Classifies a response with another status than 200.
     *
     * @param header value of a response header field by its lower-case name
     */
    default Failure failure(int status, Function<String, @Nullable String> header, byte[] body) {
        return failure(status, header, body, CallerText.NONE);
    }

    /**
     * Classifies a response by words that the request does not contain.
     *
     * @param caller text of the request
     */
    default Failure failure(int status, Function<String, @Nullable String> header, byte[] body, CallerText caller) {
        return ErrorClassifier.http(status, header, body, caller);
    }
}
