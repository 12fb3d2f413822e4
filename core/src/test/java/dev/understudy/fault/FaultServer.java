package dev.understudy.fault;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A raw socket server that runs a script for each connection until the caller closes it. */
final class FaultServer implements AutoCloseable {

    /** Script of one connection. */
    @FunctionalInterface
    interface Script {
        void play(Caller caller) throws IOException;
    }

    private static final int SEND_BUFFER = 64 << 10;
    private static final int WAIT_MILLIS = 120_000;

    private final ServerSocket kind;
    private final AtomicInteger calls = new AtomicInteger();
    private final BlockingQueue<Caller> over = new LinkedBlockingQueue<>();
    private volatile Script script;

    FaultServer(Script script) {
        this.script = script;
        try {
            this.kind = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread(this::open);
    }

    String url() {
        return "http://127.0.0.1:" + kind.getLocalPort();
    }

    int calls() {
        return calls.get();
    }

    /** Sets the script of later connections. */
    void play(Script next) {
        script = next;
    }

    /** Returns the next connection whose script has ended, by itself or because the caller closed it. */
    Caller ended() throws InterruptedException {
        Caller caller = over.poll(60, TimeUnit.SECONDS);
        if (caller == null) {
            throw new AssertionError("the server is still listened to");
        }
        return caller;
    }

    private void open() {
        while (!kind.isClosed()) {
            try {
                Socket socket = kind.accept();
                calls.incrementAndGet();
                thread(() -> serve(socket, script));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "hostile-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket socket, Script played) {
        try (socket) {
            socket.setSendBufferSize(SEND_BUFFER);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(WAIT_MILLIS);
            Caller caller = new Caller(socket);
            try {
                played.play(caller);
                socket.shutdownOutput();
                caller.waitForTheEnd();
            } catch (IOException hungUp) {
                caller.hungUp = true;
            } finally {
                over.add(caller);
            }
        } catch (IOException gone) {
            // The caller closed the connection.
        }
    }

    @Override
    public void close() {
        try {
            kind.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Server side of one connection. */
    static final class Caller {

        private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)\r\n");

        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private long sent;
        private volatile boolean hungUp;
        private String head = "";

        Caller(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        /** Reads the request completely. */
        void readRequest() throws IOException {
            StringBuilder read = new StringBuilder();
            while (read.indexOf("\r\n\r\n") < 0) {
                int b = in.read();
                if (b < 0) {
                    throw new SocketException("hung up");
                }
                read.append((char) b);
            }
            head = read.toString();
            Matcher length = LENGTH.matcher(head);
            in.skipNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        }

        String head() {
            return head;
        }

        void say(String text) throws IOException {
            say(text.getBytes(UTF_8));
        }

        void say(byte[] bytes) throws IOException {
            out.write(bytes);
            sent += bytes.length;
        }

        /** Sends status line and header fields without a length, so that the end of the connection ends the body. */
        void head(String status, String... fields) throws IOException {
            String lines = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
            say(("HTTP/1.1 " + status + "\r\n" + lines + "\r\n").getBytes(ISO_8859_1));
        }

        /** Sends a piece repeatedly until the caller closes or {@code most} bytes are sent. */
        void endlessly(byte[] bytes, long most) throws IOException {
            byte[] block = bytes;
            while (block.length < SEND_BUFFER) {
                block = twice(block);
            }
            while (sent < most) {
                say(block);
            }
        }

        /** Sends single bytes with a pause between them. */
        void drip(byte[] bytes, int restMillis) throws IOException {
            for (byte b : bytes) {
                rest(restMillis);
                say(new byte[] {b});
            }
        }

        /** Sends nothing until the caller closes. */
        void stall() throws IOException {
            waitForTheEnd();
            throw new SocketException("hung up");
        }

        private void waitForTheEnd() throws IOException {
            while (in.read() >= 0) {
                // Further input is ignored.
            }
        }

        /** Closes the connection with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
            throw new SocketException("reset");
        }

        /** Waits for the caller to close, for a limited time. */
        private void rest(int millis) throws IOException {
            if (millis == 0) {
                return;
            }
            socket.setSoTimeout(millis);
            try {
                if (in.read() < 0) {
                    throw new SocketException("hung up");
                }
            } catch (java.net.SocketTimeoutException rested) {
                // The connection is still open.
            } finally {
                socket.setSoTimeout(WAIT_MILLIS);
            }
        }

        long sent() {
            return sent;
        }

        /** Returns true if the caller closed the connection. */
        boolean hungUp() {
            return hungUp;
        }

        private static byte[] twice(byte[] bytes) {
            byte[] both = new byte[2 * bytes.length];
            System.arraycopy(bytes, 0, both, 0, bytes.length);
            System.arraycopy(bytes, 0, both, bytes.length, bytes.length);
            return both;
        }
    }
}
