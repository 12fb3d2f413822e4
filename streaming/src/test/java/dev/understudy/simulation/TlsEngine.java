package dev.understudy.simulation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of TLS with the handshake of version 1.3: the client's hello, the server's flight, the client's
 * finished message. Records have the header of TLS; nothing is encrypted.
 */
final class TlsEngine extends SSLEngine {

    static final String CIPHER = "TLS_NULL";
    static final byte CLIENT_HELLO = 1;
    static final byte SERVER_FLIGHT = 2;
    static final byte FINISHED = 20;
    static final byte FATAL = 2;
    static final byte CLOSE_NOTIFY = 0;
    private static final int HELLO = 240;

    private enum State {
        NEW,
        HELLO,
        WAITING,
        REPLIED,
        OPEN
    }

    private final SSLSession session;

    /** Tells whether HTTP/2 is offered, when the handshake begins. */
    BooleanSupplier offers = () -> false;

    private State state = State.NEW;
    private @Nullable String protocol;
    private boolean inboundDone;
    private boolean outboundClosed;
    private boolean outboundDone;

    TlsEngine(String host, int port) {
        super(host, port);
        this.session = new TlsSession(host, port);
    }

    @Override
    public void beginHandshake() {
        if (state == State.NEW) {
            state = State.HELLO;
        }
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer out) {
        if (outboundDone) {
            return result(Status.CLOSED, 0, 0);
        }
        if (outboundClosed) {
            outboundDone = true;
            return new SSLEngineResult(
                    Status.CLOSED, getHandshakeStatus(), 0, put(out, TlsRecords.of(TlsRecords.ALERT, new byte[] {
                        1, CLOSE_NOTIFY
                    })));
        }
        beginHandshake();
        return switch (state) {
            case HELLO -> {
                byte[] hello = new byte[HELLO];
                hello[0] = CLIENT_HELLO;
                hello[1] = (byte) (offers.getAsBoolean() ? 1 : 0);
                state = State.WAITING;
                yield result(Status.OK, 0, put(out, TlsRecords.of(TlsRecords.HANDSHAKE, hello)));
            }
            case REPLIED -> {
                state = State.OPEN;
                int produced = put(out, TlsRecords.of(TlsRecords.HANDSHAKE, new byte[] {FINISHED, 0, 0, 0}));
                yield new SSLEngineResult(Status.OK, HandshakeStatus.FINISHED, 0, produced);
            }
            case OPEN -> wrapData(sources, offset, length, out);
            case NEW, WAITING -> result(Status.OK, 0, 0);
        };
    }

    private SSLEngineResult wrapData(ByteBuffer[] sources, int offset, int length, ByteBuffer out) {
        int size = 0;
        for (int i = offset; i < offset + length; i++) {
            size = Math.min(TlsRecords.MAX, size + sources[i].remaining());
        }
        if (size == 0) {
            return result(Status.OK, 0, 0);
        }
        if (out.remaining() < size + TlsRecords.HEADER) {
            return result(Status.BUFFER_OVERFLOW, 0, 0);
        }
        byte[] content = new byte[size];
        int at = 0;
        for (int i = offset; at < size; i++) {
            int part = Math.min(size - at, sources[i].remaining());
            sources[i].get(content, at, part);
            at += part;
        }
        return result(Status.OK, size, put(out, TlsRecords.of(TlsRecords.DATA, content)));
    }

    private static int put(ByteBuffer out, byte[] bytes) {
        out.put(bytes);
        return bytes.length;
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer in, ByteBuffer[] targets, int offset, int length) throws SSLException {
        if (inboundDone) {
            return result(Status.CLOSED, 0, 0);
        }
        beginHandshake();
        if (state == State.HELLO || state == State.REPLIED) {
            return result(Status.OK, 0, 0); // the client's message is first
        }
        int start = in.position();
        if (in.remaining() < TlsRecords.HEADER) {
            return result(Status.BUFFER_UNDERFLOW, 0, 0);
        }
        int size = in.getShort(start + 3) & 0xffff;
        int whole = size + TlsRecords.HEADER;
        if (in.remaining() < whole) {
            return result(Status.BUFFER_UNDERFLOW, 0, 0);
        }
        byte type = in.get(start);
        if (type == TlsRecords.DATA && room(targets, offset, length) < size) {
            return result(Status.BUFFER_OVERFLOW, 0, 0);
        }
        byte[] content = new byte[size];
        in.position(start + TlsRecords.HEADER);
        in.get(content);
        return switch (type) {
            case TlsRecords.ALERT -> {
                inboundDone = true;
                outboundClosed = true;
                if (content[0] == FATAL) {
                    outboundDone = true;
                    throw new SSLHandshakeException("Received fatal alert: handshake_failure");
                }
                yield result(Status.CLOSED, whole, 0);
            }
            case TlsRecords.HANDSHAKE -> {
                answered(content);
                yield result(Status.OK, whole, 0);
            }
            default -> {
                int from = 0;
                for (int i = offset; from < size; i++) {
                    int part = Math.min(size - from, targets[i].remaining());
                    targets[i].put(content, from, part);
                    from += part;
                }
                yield result(Status.OK, whole, size);
            }
        };
    }

    private void answered(byte[] message) throws SSLException {
        if (state != State.WAITING || message[0] != SERVER_FLIGHT) {
            throw new SSLHandshakeException("unexpected message of the handshake");
        }
        protocol = new String(message, 1, message.length - 1, StandardCharsets.ISO_8859_1);
        state = State.REPLIED;
    }

    private static int room(ByteBuffer[] targets, int offset, int length) {
        int room = 0;
        for (int i = offset; i < offset + length; i++) {
            room += targets[i].remaining();
        }
        return room;
    }

    private SSLEngineResult result(Status status, int consumed, int produced) {
        return new SSLEngineResult(status, getHandshakeStatus(), consumed, produced);
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        if (outboundClosed && !outboundDone) {
            return HandshakeStatus.NEED_WRAP;
        }
        if (inboundDone) {
            return HandshakeStatus.NOT_HANDSHAKING;
        }
        return switch (state) {
            case NEW, OPEN -> HandshakeStatus.NOT_HANDSHAKING;
            case HELLO, REPLIED -> HandshakeStatus.NEED_WRAP;
            case WAITING -> HandshakeStatus.NEED_UNWRAP;
        };
    }

    @Override
    public @Nullable String getApplicationProtocol() {
        return protocol;
    }

    @Override
    public void closeInbound() {
        inboundDone = true;
    }

    @Override
    public boolean isInboundDone() {
        return inboundDone;
    }

    @Override
    public void closeOutbound() {
        outboundClosed = true;
        if (state == State.NEW) {
            outboundDone = true;
        }
    }

    @Override
    public boolean isOutboundDone() {
        return outboundDone;
    }

    @Override
    public SSLSession getSession() {
        return session;
    }

    @Override
    public @Nullable Runnable getDelegatedTask() {
        return null;
    }

    @Override
    public SSLParameters getSSLParameters() {
        return new SSLParameters();
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {}

    @Override
    public String[] getSupportedCipherSuites() {
        return new String[] {CIPHER};
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return getSupportedCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {}

    @Override
    public String[] getSupportedProtocols() {
        return new String[] {"TLSv1.3"};
    }

    @Override
    public String[] getEnabledProtocols() {
        return getSupportedProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {}

    @Override
    public void setUseClientMode(boolean client) {}

    @Override
    public boolean getUseClientMode() {
        return true;
    }

    @Override
    public void setNeedClientAuth(boolean need) {}

    @Override
    public boolean getNeedClientAuth() {
        return false;
    }

    @Override
    public void setWantClientAuth(boolean want) {}

    @Override
    public boolean getWantClientAuth() {
        return false;
    }

    @Override
    public void setEnableSessionCreation(boolean create) {}

    @Override
    public boolean getEnableSessionCreation() {
        return false;
    }
}
