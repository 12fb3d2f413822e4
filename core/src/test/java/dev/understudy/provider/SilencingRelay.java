package dev.understudy.provider;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * TCP relay between a client and a server on the loopback interface. Connections that are open when it is told so go
 * silent: bytes of both directions are read and thrown away, and nothing is closed.
 */
public final class SilencingRelay implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final CountDownLatch held = new CountDownLatch(1);
    private volatile int heldFrom = Integer.MAX_VALUE;
    private volatile int heldUntil;
    private volatile long delay;
    private volatile boolean silentNext;
    private volatile long resetAfter = Long.MAX_VALUE;
    private final List<Pair> pairs = new CopyOnWriteArrayList<>();

    private SilencingRelay(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public static SilencingRelay to(int port) {
        try {
            return new SilencingRelay(port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "https://127.0.0.1:" + listener.getLocalPort() + "/v1";
    }

    /** Makes all connections that are open now silent; later ones are relayed. */
    public void silence() {
        pairs.forEach(pair -> pair.silent.set(true));
    }

    /** Makes connections that are accepted from now on silent from their beginning. */
    public void silenceNext() {
        silentNext = true;
    }

    /** Relays the bytes of connections that are accepted from now on only after this time. */
    public void delay(Duration delay) {
        this.delay = delay.toMillis();
    }

    /** Relays nothing of the connections from this one on until so many were accepted. */
    public void hold(int from, int until) {
        heldFrom = from;
        heldUntil = until;
    }

    /** Resets each of the connections that are open now at the next byte of its client. */
    public void resetAtNextByte() {
        pairs.forEach(pair -> pair.resetting.set(true));
    }

    /** Resets each connection that is accepted from now on after so many bytes of its client. */
    public void resetNextAfter(long bytes) {
        resetAfter = bytes;
    }

    /** Connections accepted so far. */
    public int accepted() {
        return pairs.size();
    }

    /** Connections whose client side is open. */
    public long open() {
        return pairs.stream().filter(pair -> !pair.clientGone.get()).count();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Pair pair = new Pair(client, new Socket(InetAddress.getLoopbackAddress(), target));
                pair.silent.set(silentNext);
                pair.resetAfter = resetAfter;
                pairs.add(pair);
                int number = pairs.size();
                if (number >= heldUntil) {
                    held.countDown();
                }
                timer.schedule(
                        () -> {
                            start(() -> pump(number, pair, client, pair.server));
                            start(() -> pump(number, pair, pair.server, client));
                        },
                        delay,
                        TimeUnit.MILLISECONDS);
            }
        } catch (IOException closed) {
            // the relay was closed
        }
    }

    private void pump(int number, Pair pair, Socket from, Socket to) {
        byte[] buffer = new byte[16 << 10];
        try {
            if (number >= heldFrom) {
                held.await();
            }
            InputStream in = from.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                pair.sent += from == pair.client ? n : 0;
                if (from == pair.client && (pair.resetting.get() || pair.sent > pair.resetAfter)) {
                    linger(pair.client);
                    break;
                }
                if (!pair.silent.get()) {
                    to.getOutputStream().write(buffer, 0, n);
                }
            }
        } catch (IOException | InterruptedException gone) {
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
        timer.shutdownNow();
        held.countDown();
        pairs.forEach(pair -> {
            quietly(pair.client);
            quietly(pair.server);
        });
    }

    private static final class Pair {

        private final Socket client;
        private final Socket server;
        private final AtomicBoolean silent = new AtomicBoolean();
        private final AtomicBoolean resetting = new AtomicBoolean();
        private volatile long resetAfter;
        private long sent; // of the client, counted by one thread
        private final AtomicBoolean clientGone = new AtomicBoolean();

        Pair(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }
    }
}
