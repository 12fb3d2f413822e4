package dev.understudy.simulation;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Server's side of TLS on one connection: the handshake, then the protocol that it chose. */
final class TlsServer implements Network.Receiver {

    /** Course of a handshake. */
    enum Handshake {
        COMPLETES,
        /** The server never answers the hello. */
        HANGS,
        /** The server answers with an alert. */
        ALERT,
        /** The server closes the connection. */
        FINISH,
        RESET,
        /** The server answers without TLS. */
        PLAIN,
        /** The connection loses all bytes once the client has finished. */
        DIES
    }

    private static final byte[] FAILURE = {TlsEngine.FATAL, 40};

    private final Network.Connection connection;
    private final boolean http2;
    private final Handshake course;
    private final long takes;
    private final Tasks tasks;
    private final Tasks.Lane lane = new Tasks.Lane("handshake");
    private final Reached reached;
    private final Function<Boolean, Network.Receiver> protocols;
    private final TlsRecords records = new TlsRecords();
    private boolean offered;
    private boolean over;
    private Network.@Nullable Receiver protocol;

    /**
     * @param http2 true if the server chooses HTTP/2 where it is offered
     * @param takes time of the server for its part
     * @param protocols makes the receiver for HTTP/2 (true) or HTTP/1.1 (false)
     */
    TlsServer(
            Network.Connection connection,
            boolean http2,
            Handshake course,
            long takes,
            Function<Boolean, Network.Receiver> protocols,
            World world) {
        this.connection = connection;
        this.http2 = http2;
        this.course = course;
        this.takes = takes;
        this.tasks = world.tasks();
        this.reached = world.reached();
        this.protocols = protocols;
    }

    @Override
    public void received(byte[] bytes, long sent) {
        records.received(bytes, (type, content) -> {
            Network.Receiver receiver = protocol;
            if (type == TlsRecords.DATA && receiver != null) {
                receiver.received(content, sent);
            } else if (type == TlsRecords.HANDSHAKE && content[0] == TlsEngine.CLIENT_HELLO) {
                offered = content[1] != 0;
                tasks.schedule(lane, takes, this::answer);
            } else if (type == TlsRecords.HANDSHAKE) {
                finished();
            }
        });
    }

    private void answer() {
        if (over) {
            return;
        }
        if (course != Handshake.COMPLETES) {
            reached.add("handshake " + course);
        }
        switch (course) {
            case HANGS -> {}
            case ALERT -> {
                connection.send(TlsRecords.of(TlsRecords.ALERT, FAILURE));
                connection.finish();
            }
            case FINISH -> connection.finish();
            case RESET -> connection.reset();
            case PLAIN -> connection.send("HTTP/1.1 400 X\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            case COMPLETES, DIES -> {
                String chosen = http2 && offered ? "h2" : "http/1.1";
                connection.send(TlsRecords.of(
                        TlsRecords.HANDSHAKE,
                        ((char) TlsEngine.SERVER_FLIGHT + chosen).getBytes(StandardCharsets.ISO_8859_1)));
                connection.secured(http2 && offered);
                if (course == Handshake.DIES) {
                    connection.afterArrival(connection::die);
                }
            }
        }
    }

    private void finished() {
        if (over) {
            return;
        }
        boolean chosen = http2 && offered;
        reached.add(chosen ? "HTTP/2 by ALPN" : offered ? "HTTP/1.1 by ALPN" : "TLS without ALPN");
        protocol = protocols.apply(chosen);
    }

    @Override
    public void closed() {
        over = true;
        if (protocol != null) {
            protocol.closed();
        }
    }
}
