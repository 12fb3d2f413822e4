package dev.understudy.examples.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** A port that refuses connections until {@code down} after the first look at its address, and then answers. */
final class RestartingUpstream implements Upstream {

    private final Duration down;
    private final Socket reserved = new Socket();
    private final int port;
    private RawUpstream server;
    private boolean closed;

    RestartingUpstream(Duration down) {
        this.down = down;
        try {
            reserved.setReuseAddress(true);
            // Bound and not listening: the system refuses connections.
            reserved.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.port = reserved.getLocalPort();
    }

    /** Begins the outage. */
    @Override
    public void called() {
        Thread restart = new Thread(this::restart, "restarting-upstream");
        restart.setDaemon(true);
        restart.start();
    }

    private void restart() {
        try {
            Thread.sleep(down.toMillis());
            open();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void open() {
        if (!closed) {
            close(reserved);
            server = RawUpstream.at(port, RawUpstream.Exchange::answer);
        }
    }

    @Override
    public String url() {
        return "http://127.0.0.1:" + port + "/v1";
    }

    @Override
    public synchronized List<Duration> calls() {
        return server == null ? List.of() : server.calls();
    }

    @Override
    public int cancelled() {
        return 0;
    }

    @Override
    public synchronized void close() {
        closed = true;
        close(reserved);
        if (server != null) {
            server.close();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
