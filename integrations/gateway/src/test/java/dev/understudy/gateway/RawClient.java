package dev.understudy.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client on a bare socket, which can leave in the middle of an answer. */
final class RawClient implements AutoCloseable {

    private final Socket socket;
    private final StringBuilder received = new StringBuilder();

    private RawClient(Socket socket) {
        this.socket = socket;
    }

    static RawClient post(int port, String path, String body) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head =
                "POST " + path + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: "
                        + bytes.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(bytes);
        return new RawClient(socket);
    }

    /** Reads until a text was received. */
    void readUntil(String text) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[4_096];
        while (received.indexOf(text) < 0) {
            int read = in.read(buffer);
            if (read < 0) {
                throw new AssertionError("The answer ended before \"" + text + "\": " + received);
            }
            received.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
