package dev.understudy.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that answers every request with fixed bytes, valid HTTP or not, and closes the connection. */
public final class FixedResponseServer implements AutoCloseable {

    private final ServerSocket kind;
    private final byte[] answer;

    public FixedResponseServer(String answer) {
        this.answer = answer.getBytes(StandardCharsets.UTF_8);
        try {
            this.kind = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::serve, "garbage");
        thread.setDaemon(true);
        thread.start();
    }

    public String url() {
        return "http://127.0.0.1:" + kind.getLocalPort() + "/v1";
    }

    private void serve() {
        while (!kind.isClosed()) {
            try (Socket caller = kind.accept()) {
                read(caller.getInputStream());
                caller.getOutputStream().write(answer);
                caller.getOutputStream().flush();
            } catch (IOException gone) {
                // The caller closed the connection: accept the next.
            }
        }
    }

    /** Reads the header fields; a body that arrives later is ignored. */
    private static void read(InputStream in) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int b = in.read();
            if (b < 0) {
                return;
            }
            matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
        }
        in.skipNBytes(in.available());
    }

    @Override
    public void close() {
        try {
            kind.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
