package dev.understudy.behaviour;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that answers whatever comes with the same bytes, HTTP or not, and hangs up. */
final class Garbage implements AutoCloseable {

    private final ServerSocket door;
    private final byte[] answer;

    Garbage(String answer) {
        this.answer = answer.getBytes(StandardCharsets.UTF_8);
        try {
            this.door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::serve, "garbage");
        thread.setDaemon(true);
        thread.start();
    }

    String url() {
        return "http://127.0.0.1:" + door.getLocalPort() + "/v1";
    }

    private void serve() {
        while (!door.isClosed()) {
            try (Socket caller = door.accept()) {
                read(caller.getInputStream());
                caller.getOutputStream().write(answer);
                caller.getOutputStream().flush();
            } catch (IOException gone) {
                // The next one, if there is one.
            }
        }
    }

    /** Up to the end of the header fields; the body of such a small request is there by then or does not matter. */
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
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
