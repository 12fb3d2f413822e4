package dev.understudy.gateway;

import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.kept.EventId;
import dev.understudy.streaming.kept.KeptStreamException;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Reads a stream at its own address, from the beginning or after the event that {@code Last-Event-ID} names. For Responses
 * {@code starting_after} names it by its sequence number.
 */
final class KeptRoute implements HttpBodies.Route {

    /** Header field with the id of the last event that a reader received. */
    static final String LAST_EVENT_ID = "last-event-id";

    private final KeptApi api;
    private final KeptCalls keptCalls;
    private final Mono<Void> cut;

    /** @param cut ends all responses with its error */
    KeptRoute(KeptApi api, KeptCalls keptCalls, Mono<Void> cut) {
        this.api = api;
        this.keptCalls = keptCalls;
        this.cut = cut;
    }

    @Override
    public HttpBodies.Use use(HttpServerRequest request) {
        return HttpBodies.Use.CONNECTION;
    }

    @Override
    public Publisher<Void> answer(byte[] body, HttpServerRequest request, HttpServerResponse response) {
        QueryStringDecoder query = new QueryStringDecoder(request.uri());
        if (!api.query().isEmpty() && !"true".equals(first(query, "stream"))) {
            throw BadRequest.field("stream", "stream has to be true: only streams are kept here");
        }
        String stream = api.stream(String.valueOf(request.param("id")));
        EventId after = after(request);
        if (after == null) {
            long skipped = skipped(first(query, "starting_after"));
            return keptCalls.again(api, EventId.beginning(stream), skipped, request, response, cut);
        }
        return after.stream().equals(stream)
                ? keptCalls.again(api, after, 0, request, response, cut)
                : Flux.error(unknown());
    }

    /**
     * Returns the last event that a reader received; {@code null} if it names none.
     *
     * @throws KeptStreamException if what it names cannot be the id of an event
     */
    static @Nullable EventId after(HttpServerRequest request) {
        String named = request.requestHeaders().get(LAST_EVENT_ID, "");
        if (named.isEmpty()) {
            return null;
        }
        EventId after = EventId.of(named);
        if (after == null) {
            throw unknown();
        }
        return after;
    }

    private static KeptStreamException unknown() {
        return new KeptStreamException(KeptStreamException.Reason.UNKNOWN);
    }

    private static long skipped(@Nullable String number) {
        if (number == null) {
            return 0;
        }
        if (!number.matches("\\d{1,9}")) {
            throw BadRequest.field("starting_after", "starting_after is the sequence number of an event");
        }
        return Long.parseLong(number) + 1;
    }

    private static @Nullable String first(QueryStringDecoder query, String name) {
        List<String> values = query.parameters().get(name);
        return values == null ? null : values.get(0);
    }
}
