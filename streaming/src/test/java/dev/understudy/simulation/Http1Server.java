package dev.understudy.simulation;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Server's side of a connection over HTTP/1.1. */
final class Http1Server implements Network.Receiver, Exchange {

    private final Network.Connection connection;
    private final Service service;
    private final IdleTimer idle;
    private final long acquire;
    private final HttpReceiver http = new HttpReceiver(this::asked);
    private @Nullable Runnable stop; // of the present answer
    private boolean first = true;
    private boolean chunked;
    private long begun;

    /** @param acquire longest wait of a request for a connection that is open */
    Http1Server(Network.Connection connection, Service service, IdleTimer idle, long acquire) {
        this.acquire = acquire;
        this.connection = connection;
        this.service = service;
        this.idle = idle;
        idle.start(connection::finish);
    }

    @Override
    public void received(byte[] bytes, long sent) {
        http.received(bytes, sent);
    }

    private void asked(Request request) {
        idle.stop();
        stop();
        // A request that waits for its connection was begun before.
        begun = (first ? connection.begun() - Vendor.NAMES : request.sent()) - acquire;
        first = false;
        connection.checkAge(request.sent());
        service.arrived(request);
        stop = service.asked(request, this);
    }

    private void stop() {
        Runnable present = stop;
        stop = null;
        if (present != null) {
            present.run();
        }
    }

    @Override
    public void closed() {
        idle.stop();
        stop();
    }

    @Override
    public Network.Connection connection() {
        return connection;
    }

    @Override
    public long begun() {
        return begun;
    }

    @Override
    public void begin(Head head) {
        chunked = head.length() < 0;
        send("HTTP/1.1 " + head.status() + " X\r\ncontent-type: " + head.type() + "\r\n"
                + (chunked ? "transfer-encoding: chunked\r\n" : "content-length: " + head.length() + "\r\n")
                + (head.retryAfter() > 0 ? "retry-after: " + head.retryAfter() + "\r\n" : "")
                + "\r\n"
                + (head.part().isEmpty() ? "" : framed(head.part())));
    }

    @Override
    public void part(String text) {
        send(framed(text));
    }

    @Override
    public void cut(String text, double share) {
        String framed = framed(text);
        send(framed.substring(0, (int) (share * framed.length())));
    }

    @Override
    public void end() {
        if (chunked) {
            send("0\r\n\r\n");
        }
        idle.start(connection::finish);
    }

    @Override
    public void afterArrival(Runnable action) {
        connection.afterArrival(action);
    }

    @Override
    public void finish() {
        connection.finish();
    }

    @Override
    public void reset() {
        connection.reset();
    }

    private String framed(String text) {
        return chunked ? Integer.toHexString(text.length()) + "\r\n" + text + "\r\n" : text;
    }

    private void send(String text) {
        connection.send(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
