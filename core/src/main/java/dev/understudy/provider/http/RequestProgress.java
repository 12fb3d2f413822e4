package dev.understudy.provider.http;

import dev.understudy.chat.FailureKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.AttributeKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.Connection;
import reactor.netty.NettyOutbound;
import reactor.netty.http.client.HttpClientResponse;
import reactor.util.context.ContextView;

/**
 * Progress of one HTTP request, its body, its connection, and the reader of its response. Part of the Context of its
 * subscriber. Thread-safe.
 */
final class RequestProgress {

    private static final AttributeKey<Boolean> REFUSED = AttributeKey.valueOf(RequestProgress.class, "refused");

    /**
     * Connection that the request is sent on.
     *
     * @param channel channel of the connection, or of the HTTP/2 stream
     * @param watch watch of the connection
     * @param reused true if the connection has served before
     */
    private record Used(Channel channel, @Nullable ConnectionWatch watch, boolean reused) {}

    private volatile @Nullable Used used;
    private volatile boolean begun;
    private volatile boolean answered;
    private volatile boolean abandoned;
    private @Nullable EncodedBody body;
    private @Nullable ResponseReader<?> reader;

    /** Reads a response. */
    @FunctionalInterface
    interface ResponseReader<T> {

        /**
         * Returns what the content decodes to; the content is read when that is subscribed to.
         *
         * @param content valid until its end, or until its cancellation
         */
        Flux<T> read(HttpClientResponse response, ByteBufFlux content);
    }

    /** Returns the progress of the request of a subscriber. */
    static RequestProgress of(ContextView context) {
        return context.get(RequestProgress.class);
    }

    /** Sets what is sent and how the response is read, before the request is subscribed to. */
    void prepare(@Nullable EncodedBody body, ResponseReader<?> reader) {
        this.body = body;
        this.reader = reader;
    }

    /** Sends the body on a connection. */
    Publisher<Void> write(NettyOutbound outbound) {
        return outbound.withConnection(this::sentOn).send(Mono.fromSupplier(this::buffer));
    }

    private ByteBuf buffer() {
        EncodedBody sent = body;
        return sent == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(sent.bytes());
    }

    /** Reads the response. The connection is closed if that cannot begin. */
    Flux<?> read(HttpClientResponse response, Connection connection) {
        try {
            return Objects.requireNonNull(reader)
                    .read(response, connection.inbound().receive());
        } catch (Throwable thrown) {
            connection.dispose();
            throw thrown;
        }
    }

    /** Records the connection that the request is sent on. */
    void sentOn(Connection connection) {
        Channel stream = connection.channel();
        ConnectionWatch watch = ConnectionWatch.of(stream.parent() == null ? stream : stream.parent());
        used = new Used(stream, watch, watch != null && watch.isProven());
        if (abandoned) {
            close(stream);
        }
    }

    /** Records that the server reset an HTTP/2 stream. */
    static void reset(Channel stream, Http2ResetFrame frame) {
        if (frame.errorCode() == Http2Error.REFUSED_STREAM.code()) {
            refused(stream);
        }
    }

    /** Records that the server has not processed an HTTP/2 stream, and will not. */
    static void refused(Channel stream) {
        stream.attr(REFUSED).set(true);
    }

    /** Returns true if the request has had a connection. */
    boolean isSent() {
        return used != null;
    }

    /** Records that the response headers arrived. */
    void begun() {
        begun = true;
        Used current = used;
        if (current != null && current.watch != null) {
            current.watch.answered();
        }
    }

    /** Records that content was received, or that the request ended other than by cancellation. */
    void answered() {
        if (!answered) { // a volatile write costs more than a reading
            answered = true;
        }
    }

    /**
     * Returns true if the request may be sent once more after this failure: its connection had served before and was
     * found dead, or the server refused the stream unprocessed, and no response arrived.
     */
    boolean mayBeResent(FailureKind kind) {
        Used current = used;
        if (kind != FailureKind.CONNECT || begun || current == null || current.watch == null) {
            return false;
        }
        boolean refused = Boolean.TRUE.equals(current.channel.attr(REFUSED).get());
        return refused || (current.reused && (!current.watch.isMultiplexed() || current.watch.isClosed()));
    }

    /**
     * Handles cancellation. Before any content was received, an HTTP/2 connection is taken out of use: cancellation
     * resets the stream only, and a silent connection would get the next request as well. An HTTP/1.1 connection is closed:
     * reactor-netty does so too, but misses about one cancellation in a hundred that comes while the request is written.
     */
    void abandoned() {
        abandoned = true;
        Used current = used;
        if (answered || current == null) {
            return;
        }
        if (current.watch != null && current.watch.isMultiplexed()) {
            current.watch.retire();
        }
        close(current.channel);
    }

    /** Closes the connection of the request, or with HTTP/2 its stream. */
    private static void close(Channel stream) {
        stream.close();
    }
}
