package dev.understudy.provider;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * TCP relay between a client and a server on the loopback interface. Connections that are open when it is told so go
 * silent: bytes of both directions are read and thrown away, and nothing is closed.
 */
final class SilencingRelay implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final List<Pair> pairs = new CopyOnWriteArrayList<>();

    private SilencingRelay(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    static SilencingRelay to(int port) {
        try {
            return new SilencingRelay(port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "https://127.0.0.1:" + listener.getLocalPort() + "/v1";
    }

    /** Makes all connections that are open now silent; later ones are relayed. */
    void silence() {
        pairs.forEach(pair -> pair.silent.set(true));
    }

    /** Closes all connections that are open now with a reset. */
    void reset() {
        pairs.forEach(pair -> {
            linger(pair.client);
            quietly(pair.client);
            quietly(pair.server);
        });
    }

    /** Connections accepted so far. */
    int accepted() {
        return pairs.size();
    }

    /** Connections whose client side is open. */
    long open() {
        return pairs.stream().filter(pair -> !pair.clientGone.get()).count();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Pair pair = new Pair(client, new Socket(InetAddress.getLoopbackAddress(), target));
                pairs.add(pair);
                start(() -> pump(pair, client, pair.server));
                start(() -> pump(pair, pair.server, client));
            }
        } catch (IOException closed) {
            // the relay was closed
        }
    }

    private static void pump(Pair pair, Socket from, Socket to) {
        byte[] buffer = new byte[16 << 10];
        try {
            InputStream in = from.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (!pair.silent.get()) {
                    to.getOutputStream().write(buffer, 0, n);
                }
            }
        } catch (IOException gone) {
            // ends below
        } finally {
            if (from == pair.client) {
                pair.clientGone.set(true);
            }
            if (!pair.silent.get() || from == pair.client) {
                quietly(to);
                quietly(from);
            }
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    private static void linger(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException gone) {
            // closed already
        }
    }

    private static void quietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // closed already
        }
    }

    @Override
    public void close() {
        quietly(listener);
        pairs.forEach(pair -> {
            quietly(pair.client);
            quietly(pair.server);
        });
    }

    private static final class Pair {

        private final Socket client;
        private final Socket server;
        private final AtomicBoolean silent = new AtomicBoolean();
        private final AtomicBoolean clientGone = new AtomicBoolean();

        Pair(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }
    }
}
