package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Question;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** One request of a {@link ScriptedServer}, byte for byte, with the end of its exchange. Thread-safe. */
public final class RecordedRequest {

    /** End of an exchange, as the server sees it. */
    public enum Ending {
        /** The exchange has not ended. */
        OPEN,
        /** All bytes of the script were handed to the network. */
        COMPLETED,
        /** The script, or the closing of the server, cut the exchange. */
        CUT,
        /** The client closed the connection, or reset the stream, before the end. */
        CLIENT_CANCELLED
    }

    /** Model in the path, where the body names none. */
    private static final Pattern MODEL = Pattern.compile("/models?/([^/:]+)[/:]");

    /** End of a path that asks for a stream. */
    private static final Pattern STREAM =
            Pattern.compile("(:streamGenerateContent|/converse-stream|/invoke-with-response-stream)$");

    private static final JsonMapper JSON = new JsonMapper();
    /** Resolves its deserializer here: a mapper does that at its first use, behind a lock that blocks event loops. */
    private static final ObjectReader READER = JSON.readerFor(JsonNode.class);

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
    private volatile @Nullable String refusal;

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
        this.question = question(path(), text());
    }

    private static Question question(String path, String body) {
        JsonNode request = json(body);
        Matcher model = MODEL.matcher(path);
        return new Question(
                request.path("model").stringValue(model.find() ? decoded(model.group(1)) : ""),
                STREAM.matcher(path).find() || request.path("stream").booleanValue(path.endsWith("/api/chat")),
                request.path("stream_options").path("include_usage").booleanValue(false),
                request.path("background").booleanValue(false),
                -1);
    }

    private static String decoded(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static JsonNode json(String body) {
        try {
            return READER.readTree(body);
        } catch (JacksonException notJson) {
            return JSON.missingNode();
        }
    }

    /**
     * Number of the request on this server, from 1.
     *
     * @return the number
     */
    public int number() {
        return number;
    }

    /**
     * Number of the connection on this server, from 1. Requests with equal numbers shared a connection.
     *
     * @return the number
     */
    public int connection() {
        return connection;
    }

    /**
     * Time from the start of the server to the last byte of the body, by a monotonic clock.
     *
     * @return the time
     */
    public Duration at() {
        return at;
    }

    /**
     * HTTP method.
     *
     * @return the method
     */
    public String method() {
        return method;
    }

    /**
     * Path and query.
     *
     * @return path and query as sent
     */
    public String uri() {
        return uri;
    }

    /**
     * Path without query.
     *
     * @return the path
     */
    public String path() {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /**
     * First value of a query parameter, not decoded.
     *
     * @param field name of the parameter
     * @return the value; {@code null} if it is missing
     */
    public @Nullable String query(String field) {
        int query = uri.indexOf('?');
        if (query >= 0) {
            for (String pair : uri.substring(query + 1).split("&", -1)) {
                if (pair.startsWith(field + "=")) {
                    return pair.substring(field.length() + 1);
                }
            }
        }
        return null;
    }

    /**
     * Header fields in the order and spelling in which they were received.
     *
     * @return the header fields
     */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /**
     * First value of a header field, by its name in any case.
     *
     * @param name name of the field
     * @return the value; {@code null} if it is missing
     */
    public @Nullable String header(String name) {
        return headers.stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /**
     * Bytes of the body.
     *
     * @return a copy
     */
    public byte[] body() {
        return body.clone();
    }

    /**
     * Body as UTF-8.
     *
     * @return the text
     */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /**
     * Model that the body names, or else the path.
     *
     * @return the model; "" if neither names one
     */
    public String model() {
        return question.model();
    }

    /**
     * Distinguishes requests for a stream.
     *
     * @return {@code true} if a stream is requested, by the body or by the path
     */
    public boolean streaming() {
        return question.streamed();
    }

    /**
     * API key: a bearer token, or the value of a vendor's header for it.
     *
     * @return the key; "" if there is none
     */
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

    /**
     * End of the exchange so far.
     *
     * @return the ending
     */
    public Ending ending() {
        return ending.get();
    }

    /**
     * Emits this request once its exchange has ended, at once if it has. Signals arrive on the server's threads.
     *
     * @return this request
     */
    public Mono<RecordedRequest> ended() {
        return ended.asMono();
    }

    /**
     * Name of the rule by which a strict server refused the request, as docs/strict-servers.md lists them.
     *
     * @return the name; {@code null} if the request was not refused by a rule
     */
    public @Nullable String refusal() {
        return refusal;
    }

    void refuse(String rule) {
        refusal = rule;
    }

    Question question() {
        return question;
    }

    /** Sets the ending; the first one counts. */
    boolean end(Ending last) {
        if (!ending.compareAndSet(Ending.OPEN, last)) {
            return false;
        }
        ended.tryEmitValue(this);
        return true;
    }

    /** Shows neither key nor prompt. */
    @Override
    public String toString() {
        return method + " " + path() + " #" + number + " on connection " + connection + " " + ending.get();
    }
}
