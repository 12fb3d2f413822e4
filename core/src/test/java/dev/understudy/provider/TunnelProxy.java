package dev.understudy.provider;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Proxy on the loopback interface: HTTP with CONNECT, or SOCKS5. Whatever host a client names, the connection leads to one
 * port of this machine.
 */
public final class TunnelProxy implements AutoCloseable {

    private static final int USER_AND_PASSWORD = 2;

    private final ServerSocket listener;
    private final int target;
    private final boolean socks;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> credentials = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile String refusal = "";

    private TunnelProxy(int target, boolean socks) {
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.target = target;
        this.socks = socks;
        start(this::accept);
    }

    public static TunnelProxy http(int target) {
        return new TunnelProxy(target, false);
    }

    public static TunnelProxy socks5(int target) {
        return new TunnelProxy(target, true);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Answers CONNECT with this status line from now on. */
    public TunnelProxy refusing(String statusLine) {
        refusal = statusLine;
        return this;
    }

    /** Hosts and ports that clients asked for. */
    public List<String> asked() {
        return asked;
    }

    /** What clients sent as credentials: a header field, or user and password. */
    public List<String> credentials() {
        return credentials;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            sockets.add(client);
            start(() -> {
                if (socks ? socks(client) : connect(client)) {
                    tunnel(client);
                }
            });
        }
    }

    private boolean connect(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            head.append((char) next);
        }
        for (String line : head.toString().split("\r\n")) {
            if (line.startsWith("CONNECT ")) {
                asked.add(line.split(" ")[1]);
            } else if (line.toLowerCase(java.util.Locale.ROOT).startsWith("proxy-authorization: ")) {
                credentials.add(line.substring(line.indexOf(' ') + 1));
            }
        }
        boolean refused = !refusal.isEmpty();
        write(client, (refused ? refusal + "\r\ncontent-length: 0" : "HTTP/1.1 200 OK") + "\r\n\r\n");
        if (refused) {
            client.close();
        }
        return !refused;
    }

    private boolean socks(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        OutputStream out = client.getOutputStream();
        in.readByte();
        byte[] methods = in.readNBytes(in.readUnsignedByte());
        boolean known = new String(methods, StandardCharsets.ISO_8859_1).indexOf(USER_AND_PASSWORD) >= 0;
        out.write(new byte[] {5, (byte) (known ? USER_AND_PASSWORD : 0)});
        if (known) {
            in.readByte();
            String user = text(in, in.readUnsignedByte());
            credentials.add(user + ":" + text(in, in.readUnsignedByte()));
            out.write(new byte[] {1, 0});
        }
        in.readNBytes(3);
        int type = in.readUnsignedByte();
        String host =
                type == 3 ? text(in, in.readUnsignedByte()) : "address " + in.readNBytes(type == 1 ? 4 : 16).length;
        asked.add(host + ":" + in.readUnsignedShort());
        out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        out.flush();
        return true;
    }

    private static String text(DataInputStream in, int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private void tunnel(Socket client) throws IOException {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(server);
        start(() -> copy(client, server));
        copy(server, client);
    }

    private static void copy(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[8192];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                out.write(bytes, 0, count);
                out.flush();
            }
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException closed) {
                        // The end of a connection, or of the proxy.
                    }
                },
                "tunnel-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
