package dev.understudy.streaming.macro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reactor-netty without a library: splits the events of a stream where they lie, or builds a Jackson tree of each. */
final class BareClient implements Subject {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final byte[] BODY = body(false);
    private static final byte[] STREAM_BODY = body(true);

    private final ConnectionProvider connections;
    private final HttpClient client;
    private final String uri;
    private final boolean tree;

    BareClient(String base, boolean tree) {
        this.connections =
                ConnectionProvider.builder("bare").maxConnections(CONNECTIONS).build();
        this.client = HttpClient.create(connections)
                .headers(headers -> headers.set("content-type", "application/json")
                        .set("accept", "application/json")
                        .set("authorization", "Bearer key"))
                .disableRetry(true);
        this.uri = base + "/v1/chat/completions";
        this.tree = tree;
    }

    private static byte[] body(boolean stream) {
        return ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + QUESTION + "\"}]"
                        + (stream ? ",\"stream\":true" : "") + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Mono<?> chat() {
        return client.post()
                .uri(uri)
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(BODY)))
                .responseSingle((response, content) -> response.status().code() == 200
                        ? content.asByteArray().map(this::text)
                        : content.asByteArray().then(refused(response.status().code())));
    }

    private Object text(byte[] body) {
        return tree ? JSON.readTree(body).at("/choices/0/message/content").asString() : body;
    }

    @Override
    public Flux<?> stream() {
        return client.post()
                .uri(uri)
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(STREAM_BODY)))
                .response((response, content) -> response.status().code() == 200
                        ? events(content)
                        : content.asByteArray()
                                .thenMany(refused(response.status().code())));
    }

    @Override
    public void close() {
        connections.dispose();
    }

    private static <T> Mono<T> refused(int status) {
        return Mono.error(() -> new UncheckedIOException(new IOException("status " + status)));
    }

    private Flux<Object> events(ByteBufFlux content) {
        Splitter splitter = new Splitter(tree);
        return content.handle((buffer, sink) -> {
            @Nullable Object event = splitter.read(buffer);
            if (event != null) {
                sink.next(event);
            }
        });
    }

    /** Splits events where they lie. A fragment has the end of one event at most, because each event is an HTTP chunk. */
    private static final class Splitter {

        private static final byte[] PREFIX = "data: ".getBytes(StandardCharsets.UTF_8);

        private final boolean tree;
        private ByteBuf rest = Unpooled.EMPTY_BUFFER;

        Splitter(boolean tree) {
            this.tree = tree;
        }

        /** Returns the text of the event that ends in the fragment, or a mark for it; null for none and for one without text. */
        private @Nullable Object read(ByteBuf fragment) {
            ByteBuf event = fragment;
            if (rest.isReadable()) {
                event = rest.writeBytes(fragment, fragment.readerIndex(), fragment.readableBytes());
            }
            int end = endOfEvent(event);
            if (end < 0) {
                if (event == fragment) {
                    rest = Unpooled.buffer(512).writeBytes(fragment, fragment.readerIndex(), fragment.readableBytes());
                }
                return null;
            }
            rest = Unpooled.EMPTY_BUFFER;
            int from = event.readerIndex() + PREFIX.length;
            return event.getByte(from) == '{' ? text(event, from, end) : null;
        }

        /** Returns the index of the first line feed of an empty line, -1 without one. */
        private static int endOfEvent(ByteBuf event) {
            int line = event.readerIndex();
            while (true) {
                int end = event.indexOf(line, event.writerIndex(), (byte) '\n');
                if (end < 0 || end == line) {
                    return end < 0 ? -1 : end - 1;
                }
                line = end + 1;
            }
        }

        private @Nullable Object text(ByteBuf event, int from, int to) {
            if (!tree) {
                return Boolean.TRUE;
            }
            byte[] data = new byte[to - from];
            event.getBytes(from, data);
            JsonNode text = JSON.readTree(data).at("/choices/0/delta/content");
            return text.isMissingNode() ? null : text.asString();
        }
    }
}
