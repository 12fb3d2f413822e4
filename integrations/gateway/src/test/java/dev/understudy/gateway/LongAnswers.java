package dev.understudy.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A server of Chat Completions that streams long answers, each at 80 KB a second or as fast as it is read, with a thread for
 * each connection.
 */
final class LongAnswers implements AutoCloseable {

    private static final int TOKENS = 3_000;
    private static final long PAUSE = 50_000_000;

    private final ServerSocket server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();

    private LongAnswers() throws IOException {}

    static LongAnswers start() throws IOException {
        LongAnswers upstream = new LongAnswers();
        upstream.threads.execute(upstream::accept);
        return upstream;
    }

    String url() {
        return "http://" + GatewayServer.LOOPBACK + ":" + server.getLocalPort() + "/v1";
    }

    /** Returns the number of calls whose answer has begun. */
    int calls() {
        return calls.get();
    }

    /** Returns the number of bytes of all answers. */
    long sent() {
        return sent.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                threads.execute(() -> answer(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            readRequest(new BufferedInputStream(socket.getInputStream()));
            OutputStream out = socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] event = TokenUpstream.event("{\"content\":\"" + "x".repeat(4_000) + "\"}", "null")
                    .getBytes(StandardCharsets.US_ASCII);
            calls.incrementAndGet();
            for (int i = 0; i < TOKENS; i++) {
                out.write(event);
                sent.addAndGet(event.length);
                LockSupport.parkNanos(PAUSE);
            }
        } catch (IOException e) {
            // the gateway has left
        }
    }

    /** Reads the head and the body that it announces. */
    private static void readRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.append((char) next);
        }
        in.readNBytes(Integer.parseInt(head.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1")));
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
