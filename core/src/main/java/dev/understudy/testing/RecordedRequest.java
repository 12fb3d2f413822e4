package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Question;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One request as a {@link ScriptedServer} received it, byte for byte, and how the exchange ended. */
public final class RecordedRequest {

    /** How an exchange ended, as the server sees it. */
    public enum Ending {
        /** It goes on. */
        OPEN,
        /** All that the script told to send was handed to the network. */
        COMPLETED,
        /** The script, or the closing of the server, cut it. */
        CUT,
        /** The client closed the connection, or reset the stream, before the end. */
        CLIENT_CANCELLED
    }

    private static final JsonMapper JSON = new JsonMapper();

    private final int number;
    private final int connection;
    private final Duration at;
    private final String method;
    private final String uri;
    private final List<Map.Entry<String, String>> headers;
    private final byte[] body;
    private final Question question;
    private final AtomicReference<Ending> ending = new AtomicReference<>(Ending.OPEN);
    private final Sinks.One<RecordedRequest> ended = Sinks.one();

    RecordedRequest(
            int number,
            int connection,
            Duration at,
            String method,
            String uri,
            List<Map.Entry<String, String>> headers,
            byte[] body) {
        this.number = number;
        this.connection = connection;
        this.at = at;
        this.method = method;
        this.uri = uri;
        this.headers = List.copyOf(headers);
        this.body = body;
        this.question = question(text());
    }

    private static Question question(String body) {
        JsonNode request = json(body);
        return new Question(
                request.path("model").stringValue(""),
                request.path("stream").booleanValue(false),
                request.path("stream_options").path("include_usage").booleanValue(false),
                request.path("background").booleanValue(false),
                -1);
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return JSON.missingNode();
        }
    }

    /** Which request of the server, from 1. */
    public int number() {
        return number;
    }

    /** Which connection of the server it came on, from 1. Requests with the same number shared the connection. */
    public int connection() {
        return connection;
    }

    /** When its body was whole, since the server started, by a clock that never steps back. */
    public Duration at() {
        return at;
    }

    public String method() {
        return method;
    }

    /** Path and query. */
    public String uri() {
        return uri;
    }

    /** Path without query. */
    public String path() {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /** The first value of a field of the query, as it was sent; {@code null} when it is not there. */
    public @Nullable String query(String field) {
        int query = uri.indexOf('?');
        if (query >= 0) {
            for (String pair : uri.substring(query + 1).split("&")) {
                if (pair.startsWith(field + "=")) {
                    return pair.substring(field.length() + 1);
                }
            }
        }
        return null;
    }

    /** Header fields in the order and spelling in which they came. */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /** The first value of a header field, in any spelling of its name; {@code null} when it did not come. */
    public @Nullable String header(String name) {
        return headers.stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** The bytes of the body; a copy. */
    public byte[] body() {
        return body.clone();
    }

    /** The body as UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The model that the body names, "" when it names none. */
    public String model() {
        return question.model();
    }

    /** Whether the body asks for a stream. */
    public boolean streaming() {
        return question.streamed();
    }

    /** The key: a bearer token, or what stands in a header that some vendor has for it; "" when there is none. */
    public String key() {
        String bearer = header("authorization");
        if (bearer != null && bearer.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return bearer.substring(7);
        }
        return Stream.of("x-api-key", "api-key", "x-goog-api-key")
                .map(this::header)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
    }

    /** How it ended, so far. */
    public Ending ending() {
        return ending.get();
    }

    /** Answers with this once it has ended; at once if it has. Arrives on the server's threads. */
    public Mono<RecordedRequest> ended() {
        return ended.asMono();
    }

    Question question() {
        return question;
    }

    /** The first ending counts. */
    boolean end(Ending how) {
        if (!ending.compareAndSet(Ending.OPEN, how)) {
            return false;
        }
        ended.tryEmitValue(this);
        return true;
    }

    /** Tells neither key nor prompt. */
    @Override
    public String toString() {
        return method + " " + path() + " #" + number + " on connection " + connection + " " + ending.get();
    }
}
