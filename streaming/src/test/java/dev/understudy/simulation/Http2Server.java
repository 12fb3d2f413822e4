package dev.understudy.simulation;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Server's side of a connection over HTTP/2, with streams, windows and its own ways to fail. */
final class Http2Server implements Network.Receiver {

    /** Way in which a server of HTTP/2 treats a request before it looks at it. */
    enum Fault {
        /** The stream is reset as one that was not processed. */
        REFUSED,
        /** The server will close the connection after the streams that it has, this one included. */
        GO_AWAY,
        /** As before, but without this stream and those after it. */
        GO_AWAY_BEFORE,
        /** The server sends an error of the connection and closes it. */
        GO_AWAY_WITH_ERROR,
        /** The server sends a frame that the protocol does not allow. */
        BROKEN_FRAME
    }

    private static final int CANCEL = 8;
    private static final int INTERNAL = 2;
    private static final int REFUSED_STREAM = 7;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int MAX_STREAMS = 3;
    private static final int INITIAL_WINDOW = 4;
    private static final int WINDOW = 65_535;
    private static final byte[] NONE = {};

    private final Network.Connection connection;
    private final Exchange.Service service;
    private final IdleTimer idle;
    private final Chance chance;
    private final Reached reached;
    private final Consumer<String> violation;
    private final double faulty;
    private int maxStreams;
    private int unacknowledged; // settings
    private final Http2Frames frames = new Http2Frames();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Stream> streams = new LinkedHashMap<>();
    private int last; // stream
    private int served = Integer.MAX_VALUE; // last stream that is served
    private int streamWindow = WINDOW;
    private int window = WINDOW;
    private int consumed;
    private int refusals; // of the next requests

    /**
     * @param faulty probability of a fault of the protocol
     * @param maxStreams limit of concurrent streams
     */
    Http2Server(
            Network.Connection connection,
            Exchange.Service service,
            IdleTimer idle,
            double faulty,
            int maxStreams,
            World world) {
        this.connection = connection;
        this.service = service;
        this.idle = idle;
        this.chance = world.chance();
        this.reached = world.reached();
        this.violation = world.violations();
        this.faulty = faulty;
        idle.start(this::close);
        limitStreams(maxStreams);
    }

    private void close() {
        goAway(last, 0);
        connection.finish();
    }

    private void limitStreams(int limit) {
        maxStreams = limit;
        unacknowledged++;
        connection.send(Http2Frames.of(Http2Frames.SETTINGS, 0, 0, Http2Frames.setting(MAX_STREAMS, limit)));
    }

    @Override
    public void received(byte[] bytes, long sent) {
        frames.received(bytes, (type, flags, id, content) -> {
            switch (type) {
                case Http2Frames.HEADERS -> headers(id, flags, content, sent);
                case Http2Frames.DATA -> data(id, flags, content, sent);
                case Http2Frames.RESET -> {
                    Stream stream = streams.get(id);
                    if (stream != null) {
                        stream.stop();
                        remove(stream);
                    }
                }
                case Http2Frames.SETTINGS -> settings(flags, content);
                case Http2Frames.PING -> {
                    if ((flags & Http2Frames.ACK) == 0) {
                        connection.send(Http2Frames.of(Http2Frames.PING, Http2Frames.ACK, 0, content));
                    }
                }
                case Http2Frames.WINDOW -> window(id, Http2Frames.number(content, 0));
                default -> {}
            }
        });
    }

    private void settings(int flags, byte[] content) {
        if ((flags & Http2Frames.ACK) != 0) {
            unacknowledged--;
            return;
        }
        for (int at = 0; at < content.length; at += 6) {
            if (content[at + 1] == INITIAL_WINDOW) {
                streamWindow = Http2Frames.number(content, at + 2);
            }
        }
        connection.send(Http2Frames.of(Http2Frames.SETTINGS, Http2Frames.ACK, 0, NONE));
    }

    private void window(int id, int more) {
        if (id == 0) {
            window += more;
            new ArrayList<>(streams.values()).forEach(Stream::flush);
        } else {
            Stream stream = streams.get(id);
            if (stream != null) {
                stream.window += more;
                stream.flush();
            }
        }
    }

    private void headers(int id, int flags, byte[] content, long sent) {
        if ((flags & Http2Frames.END_HEADERS) == 0 || flags >> 3 != 0) {
            throw new IllegalStateException("header fields in parts");
        }
        Http2Headers fields;
        try {
            fields = decoder.decodeHeaders(id, Unpooled.wrappedBuffer(content));
        } catch (Http2Exception broken) {
            throw new IllegalStateException(broken);
        }
        if (id > served) {
            return; // the client learns of it by the frame that is on its way
        }
        last = Math.max(last, id);
        if (streams.size() >= maxStreams) {
            if (unacknowledged == 0) {
                violation.accept("more streams than the server allows on " + connection);
            }
            reached.add("more streams than a limit that the client did not know");
            reset(id, REFUSED_STREAM);
            return;
        }
        idle.stop();
        Stream stream = new Stream(id, fields);
        streams.put(id, stream);
        if (streams.size() == maxStreams && maxStreams > 1) {
            reached.add("all streams of a connection in use");
        }
        if ((flags & Http2Frames.END_STREAM) != 0) {
            asked(stream, sent);
        }
    }

    private void data(int id, int flags, byte[] content, long sent) {
        consumed += content.length;
        if (consumed > WINDOW / 2) {
            connection.send(Http2Frames.of(Http2Frames.WINDOW, 0, 0, Http2Frames.numbers(consumed)));
            consumed = 0;
        }
        Stream stream = streams.get(id);
        if (stream != null) {
            stream.body = TlsRecords.joined(stream.body, content);
            if ((flags & Http2Frames.END_STREAM) != 0) {
                asked(stream, sent);
            }
        }
    }

    private void asked(Stream stream, long sent) {
        Map<String, String> fields = new HashMap<>();
        stream.fields.forEach(
                field -> fields.put(field.getKey().toString(), field.getValue().toString()));
        Request request = Request.of(String.valueOf(fields.get(":path")), fields, stream.body, sent);
        service.arrived(request);
        Fault fault = refusals > 0 ? Fault.REFUSED : chance.of(faulty) ? chance.pick(Fault.values()) : null;
        if (fault != null && !isServed(stream, fault)) {
            return;
        }
        if (chance.of(0.05)) {
            reached.add("another limit of streams");
            limitStreams(chance.between(1, 4));
        }
        if (chance.of(0.05)) {
            connection.send(Http2Frames.of(Http2Frames.PING, 0, 0, Http2Frames.numbers(stream.id, 0)));
        }
        stream.sent = sent;
        stream.stop = service.asked(request, stream);
    }

    /** Applies a fault; returns true if the request is served nevertheless. */
    private boolean isServed(Stream stream, Fault fault) {
        reached.add("HTTP/2 " + fault);
        switch (fault) {
            case REFUSED -> {
                refusals = refusals > 0 ? refusals - 1 : chance.between(0, 3);
                reset(stream.id, REFUSED_STREAM);
                remove(stream);
            }
            case GO_AWAY -> goAway(last, 0);
            case GO_AWAY_BEFORE -> {
                goAway(stream.id - 2, 0);
                for (Stream other : new ArrayList<>(streams.values())) {
                    if (other.id >= stream.id) {
                        other.stop();
                        remove(other);
                    }
                }
            }
            case GO_AWAY_WITH_ERROR -> {
                goAway(last, ENHANCE_YOUR_CALM);
                leave();
            }
            case BROKEN_FRAME -> connection.send(Http2Frames.of(Http2Frames.DATA, 0, 0, NONE)); // of no stream
        }
        return fault == Fault.GO_AWAY;
    }

    private void leave() {
        closed();
        connection.finish();
    }

    private void goAway(int served, int error) {
        if (!streams.isEmpty()) {
            reached.add("GOAWAY with streams in flight");
        }
        if (streams.size() > 1) {
            reached.add("several streams in flight at a GOAWAY");
        }
        this.served = Math.min(this.served, served);
        connection.send(Http2Frames.of(Http2Frames.GO_AWAY, 0, 0, Http2Frames.numbers(this.served, error)));
    }

    private void reset(int id, int error) {
        connection.send(Http2Frames.of(Http2Frames.RESET, 0, id, Http2Frames.numbers(error)));
    }

    private void remove(Stream stream) {
        streams.remove(stream.id);
        if (streams.isEmpty()) {
            if (served < Integer.MAX_VALUE) {
                connection.finish();
            } else {
                idle.start(this::close);
            }
        }
    }

    @Override
    public void closed() {
        idle.stop();
        List<Stream> all = new ArrayList<>(streams.values());
        streams.clear();
        all.forEach(Stream::stop);
    }

    /** One request. */
    private final class Stream implements Exchange {

        private final int id;
        private final Http2Headers fields;
        private final Queue<byte[]> waiting = new ArrayDeque<>(); // for a window
        private byte[] body = NONE;
        private int window = streamWindow;
        private long sent;
        private boolean ended;
        private @Nullable Runnable stop;

        Stream(int id, Http2Headers fields) {
            this.id = id;
            this.fields = fields;
        }

        private void stop() {
            Runnable present = stop;
            stop = null;
            if (present != null) {
                present.run();
            }
        }

        @Override
        public Network.Connection connection() {
            return connection;
        }

        @Override
        public long begun() {
            // A request may wait for the opening of another connection, and for a stream of this one.
            return sent - Vendor.ACQUIRE_OVER_TLS;
        }

        @Override
        public void begin(Head head) {
            List<String> all =
                    new ArrayList<>(List.of(":status", String.valueOf(head.status()), "content-type", head.type()));
            if (head.length() >= 0) {
                all.addAll(List.of("content-length", String.valueOf(head.length())));
            }
            if (head.retryAfter() > 0) {
                all.addAll(List.of("retry-after", String.valueOf(head.retryAfter())));
            }
            if (chance.of(0.05)) {
                headers(0, ":status", "103");
            }
            headers(0, all.toArray(String[]::new));
            if (!head.part().isEmpty()) {
                part(head.part());
            }
        }

        private void headers(int flags, String... fields) {
            connection.send(Http2Frames.of(
                    Http2Frames.HEADERS, flags | Http2Frames.END_HEADERS, id, Http2Frames.fields(fields)));
        }

        @Override
        public void part(String text) {
            waiting.add(text.getBytes(StandardCharsets.ISO_8859_1));
            flush();
        }

        private void flush() {
            for (byte[] next = waiting.peek(); next != null; next = waiting.peek()) {
                if (next.length > Math.min(window, Http2Server.this.window)) {
                    return;
                }
                waiting.remove();
                window -= next.length;
                Http2Server.this.window -= next.length;
                connection.send(Http2Frames.of(Http2Frames.DATA, 0, id, next));
            }
            if (ended) {
                if (chance.of(0.2)) {
                    headers(Http2Frames.END_STREAM, "server-timing", "total"); // trailers
                } else {
                    connection.send(Http2Frames.of(Http2Frames.DATA, Http2Frames.END_STREAM, id, NONE));
                }
                remove(this);
            }
        }

        @Override
        public void cut(String text, double share) {
            part(text.substring(0, (int) (share * text.length())));
        }

        @Override
        public void end() {
            ended = true;
            flush();
        }

        @Override
        public void afterArrival(Runnable action) {
            connection.afterArrival(() -> {
                if (connection.awaits(id)) {
                    action.run();
                }
            });
        }

        @Override
        public void finish() {
            if (chance.of(0.5)) {
                goAway(last, 0);
            }
            leave();
        }

        @Override
        public void reset() {
            if (chance.of(0.3)) {
                closed();
                connection.reset();
            } else {
                Http2Server.this.reset(id, chance.of(0.5) ? CANCEL : INTERNAL);
                reached.add("stream reset");
                remove(this);
            }
        }
    }
}
