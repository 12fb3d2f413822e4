package dev.understudy.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Clients of one kind that hurt a server, with a limited number of connections. Not thread-safe: one thread turns all of them.
 */
final class AbusiveClients {

    /** Bytes of a turn of a client that is as fast as it can. */
    static final int FAST = 256 << 10;

    /** Connections that are opened in a turn. */
    private static final int OPENED = 40;

    /**
     * A kind of client.
     *
     * @param name name for messages
     * @param clients connections at the same time
     * @param connections connections altogether: one that has ended is replaced
     * @param head bytes that are sent first, as fast as possible
     * @param body number of bytes behind it
     * @param sends bytes of the body that are sent in a turn
     * @param reads bytes that are read in a turn; 0 to read nothing
     */
    record Kind(String name, int clients, int connections, byte[] head, long body, int sends, int reads) {

        static Kind of(String name, int clients, int connections, String head) {
            return new Kind(name, clients, connections, head.getBytes(StandardCharsets.ISO_8859_1), 0, FAST, FAST);
        }

        Kind withBody(long bytes) {
            return new Kind(name, clients, connections, head, bytes, sends, reads);
        }

        Kind sending(int bytes) {
            return new Kind(name, clients, connections, head, body, bytes, reads);
        }

        Kind reading(int bytes) {
            return new Kind(name, clients, connections, head, body, sends, bytes);
        }
    }

    private static final ByteBuffer FILLER = filler();

    private final Kind kind;
    private final InetSocketAddress server;
    private final List<Connection> open = new ArrayList<>();
    private final Map<String, Integer> results = new TreeMap<>();
    private int opened;

    AbusiveClients(Kind kind, int port) {
        this.kind = kind;
        this.server = new InetSocketAddress(GatewayServer.LOOPBACK, port);
    }

    private static ByteBuffer filler() {
        ByteBuffer filler = ByteBuffer.allocateDirect(FAST);
        while (filler.hasRemaining()) {
            filler.put((byte) 'x');
        }
        return filler;
    }

    Kind kind() {
        return kind;
    }

    /** Status of the responses, or "none" for connections that ended without one, with their numbers. */
    Map<String, Integer> results() {
        return results;
    }

    /** Opens a few of those that are missing, sends and reads what a turn allows. */
    void turn() {
        int end = opened + OPENED;
        while (open.size() < kind.clients() && opened < Math.min(end, kind.connections())) {
            opened++;
            try {
                open.add(new Connection());
            } catch (IOException e) {
                results.merge("not opened", 1, Integer::sum);
            }
        }
        for (Iterator<Connection> all = open.iterator(); all.hasNext(); ) {
            Connection connection = all.next();
            if (connection.isOver()) {
                all.remove();
                connection.close();
                results.merge(connection.status(), 1, Integer::sum);
            }
        }
    }

    void close() {
        for (Connection connection : open) {
            connection.close();
            results.merge("open " + connection.status(), 1, Integer::sum);
        }
        open.clear();
    }

    private final class Connection {

        private final SocketChannel channel;
        private final ByteBuffer start = ByteBuffer.allocate(12); // HTTP/1.1 200
        private final ByteBuffer piece = ByteBuffer.allocate(64 << 10);
        private long sent;

        Connection() throws IOException {
            channel = SocketChannel.open();
            if (kind.reads() < FAST) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            }
            channel.configureBlocking(false);
            channel.connect(server);
        }

        /** Sends and reads what a turn allows; returns true at the end of the connection. */
        boolean isOver() {
            try {
                if (!channel.finishConnect()) {
                    return false;
                }
                try {
                    send();
                } catch (IOException e) {
                    if (kind.reads() == 0) {
                        return true;
                    }
                }
                return ended();
            } catch (IOException e) {
                return true;
            }
        }

        private void send() throws IOException {
            int left = kind.sends();
            while (left > 0 && sent < kind.head().length + kind.body()) {
                boolean heads = sent < kind.head().length;
                ByteBuffer next;
                if (heads) {
                    next = ByteBuffer.wrap(kind.head(), (int) sent, kind.head().length - (int) sent);
                } else {
                    long size = Math.min(left, kind.head().length + kind.body() - sent);
                    next = FILLER.duplicate().position(0).limit((int) Math.min(size, FAST));
                }
                int written = channel.write(next);
                if (written == 0) {
                    return;
                }
                sent += written;
                left -= heads ? 0 : written;
            }
        }

        private boolean ended() throws IOException {
            int left = kind.reads();
            while (left > 0) {
                piece.clear().limit(Math.min(left, piece.capacity()));
                int read = channel.read(piece);
                if (read < 0) {
                    return true;
                }
                if (read == 0) {
                    return false;
                }
                left -= read;
                piece.flip();
                while (piece.hasRemaining() && start.hasRemaining()) {
                    start.put(piece.get());
                }
            }
            return false;
        }

        String status() {
            String line = new String(start.array(), 0, start.position(), StandardCharsets.ISO_8859_1);
            return line.startsWith("HTTP/1.1 ") ? line.substring(9) : "none";
        }

        void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // nothing is left to close
            }
        }
    }
}
