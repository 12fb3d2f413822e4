package dev.understudy.gateway.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A server that is down for a while: its port refuses connections, and then it answers. */
final class RestartingUpstream implements Upstream {

    private final Duration down;
    private final int port;
    private final List<RawUpstream> servers = new ArrayList<>();
    private Socket reserved = new Socket();
    private boolean closed;

    private RestartingUpstream(Duration down) {
        this.down = down;
        this.port = reserve(0);
    }

    /**
     * A server that gives one answer by a script and then restarts.
     *
     * @param down time without a server after that answer
     */
    RestartingUpstream(Duration down, RawUpstream.Script once) {
        this(down);
        close(reserved);
        servers.add(RawUpstream.at(port, exchange -> {
            once.answer(exchange);
            stop();
        }));
    }

    /** A server that is down for a time from the first call of the test on. */
    static RestartingUpstream restarting(Duration down) {
        return new RestartingUpstream(down);
    }

    /** Binds without listening, so that the system refuses connections. */
    private int reserve(int wanted) {
        for (int attempt = 1; ; attempt++) {
            try {
                reserved = new Socket();
                reserved.setReuseAddress(true);
                reserved.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
                return reserved.getLocalPort();
            } catch (BindException e) {
                // a listener that was closed just now may still have the port
                if (attempt == 100) {
                    throw new UncheckedIOException(e);
                }
                pause();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void pause() {
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }

    private synchronized void stop() {
        servers.get(0).stopListening();
        if (!closed) {
            reserve(port);
            startLater();
        }
    }

    @Override
    public synchronized void called() {
        if (servers.isEmpty()) {
            startLater();
        }
    }

    private void startLater() {
        Thread restart = new Thread(
                () -> {
                    try {
                        Thread.sleep(down.toMillis());
                        start();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "restarting-upstream");
        restart.setDaemon(true);
        restart.start();
    }

    private synchronized void start() {
        if (!closed) {
            close(reserved);
            servers.add(RawUpstream.at(port, RawUpstream.Exchange::answer));
        }
    }

    @Override
    public String url() {
        return "http://127.0.0.1:" + port + "/v1";
    }

    @Override
    public synchronized List<Duration> calls() {
        return servers.stream().flatMap(server -> server.calls().stream()).toList();
    }

    @Override
    public int cancelled() {
        return 0;
    }

    @Override
    public synchronized void close() {
        closed = true;
        close(reserved);
        servers.forEach(RawUpstream::close);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
