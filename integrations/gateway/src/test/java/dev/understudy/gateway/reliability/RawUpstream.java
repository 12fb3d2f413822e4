package dev.understudy.gateway.reliability;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server on a plain socket that sends bytes as a script says, valid HTTP or not. One thread for each connection. */
final class RawUpstream implements Upstream {

    /** Answers one request; an exception closes the connection. */
    @FunctionalInterface
    interface Script {
        void answer(Exchange exchange) throws IOException, InterruptedException;
    }

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)\r\n");
    private static final String MODELS = "{\"object\":\"list\",\"data\":[]}";

    private final long start = System.nanoTime();
    private final ServerSocket listener;
    private final Script script;
    private final List<Duration> calls = new ArrayList<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private RawUpstream(int port, Script script) {
        this.script = script;
        try {
            this.listener = new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread(this::accept);
    }

    static RawUpstream of(Script script) {
        return new RawUpstream(0, script);
    }

    /** A server that reads and sends nothing. */
    static RawUpstream silent() {
        return new RawUpstream(0, Exchange::await);
    }

    static RawUpstream at(int port, Script script) {
        return new RawUpstream(port, script);
    }

    @Override
    public String url() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public synchronized List<Duration> calls() {
        return List.copyOf(calls);
    }

    private synchronized int count() {
        calls.add(Duration.ofNanos(System.nanoTime() - start));
        return calls.size();
    }

    @Override
    public int cancelled() {
        return cancelled.get();
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "raw-upstream");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                thread(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean again = true;
            boolean reused = false;
            while (again) {
                String request = read(in);
                if (request == null) {
                    return;
                }
                Exchange exchange = new Exchange(socket, request, request.startsWith("POST ") ? count() : 0);
                exchange.reused = reused;
                if (exchange.number == 0) {
                    exchange.complete("200 OK", Answers.JSON, MODELS);
                } else {
                    script.answer(exchange);
                }
                again = exchange.keepsAlive;
                reused |= exchange.number > 0;
            }
        } catch (IOException | InterruptedException gone) {
            cancelled.incrementAndGet();
        } finally {
            open.remove(socket);
        }
    }

    /** Reads a request with its body; {@code null} at the end of the connection. */
    private static String read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        Matcher length = LENGTH.matcher(head);
        byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        return head + new String(body, UTF_8);
    }

    void stopListening() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stopListening();
        try {
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One request and the connection it came on. */
    static final class Exchange {

        private final Socket socket;
        private final OutputStream out;
        private final String request;
        private final int number;
        private boolean keepsAlive;
        private boolean reused;

        private Exchange(Socket socket, String request, int number) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
            this.request = request;
            this.number = number;
        }

        boolean streaming() {
            return request.contains("\"stream\":true");
        }

        /** Number of the call, from 1. */
        int number() {
            return number;
        }

        /** Tells if an earlier call came on this connection. */
        boolean isReused() {
            return reused;
        }

        boolean sends(String text) {
            return request.contains(text);
        }

        Exchange send(String text) throws IOException {
            return send(text.getBytes(UTF_8));
        }

        Exchange send(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
            return this;
        }

        /** Sends each text by itself. */
        Exchange send(List<String> texts) throws IOException {
            for (String text : texts) {
                send(text);
            }
            return this;
        }

        /** Status line and header fields without a length: the end of the connection ends the body. */
        Exchange head(String status, String... fields) throws IOException {
            String lines = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
            return send(("HTTP/1.1 " + status + "\r\n" + lines + "\r\n").getBytes(ISO_8859_1));
        }

        /** A head with the content type of the requested form. */
        Exchange ok(String... fields) throws IOException {
            List<String> all = new ArrayList<>(List.of(fields));
            all.add("content-type: " + (streaming() ? Answers.EVENTS : Answers.JSON));
            return head("200 OK", all.toArray(String[]::new));
        }

        /** The whole body of the answer in the requested form. */
        String body() {
            return streaming() ? String.join("", Answers.events()) : Answers.json();
        }

        Exchange answer() throws IOException {
            return complete("200 OK", streaming() ? Answers.EVENTS : Answers.JSON, body());
        }

        /** A complete response with its length, after which the connection stays open. */
        Exchange complete(String status, String type, String body) throws IOException {
            byte[] bytes = body.getBytes(UTF_8);
            head(status, "content-type: " + type, "content-length: " + bytes.length);
            keepsAlive = true;
            return send(bytes);
        }

        Exchange rest(Duration time) throws InterruptedException {
            Thread.sleep(time.toMillis());
            return this;
        }

        /** Ends the sending direction only. */
        Exchange halfClose() throws IOException {
            socket.shutdownOutput();
            return this;
        }

        /** Waits until the client closes the connection. */
        void await() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                // Further input is ignored.
            }
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
