package dev.understudy.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelId;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Socket of the client in the simulated network, with the behaviour of Netty's NIO channel. */
final class SimulatedChannel extends AbstractChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final int READS = 16;

    private final Network network;
    private final ChannelConfig config;
    private final Queue<byte[]> received = new ArrayDeque<>();
    private @Nullable SocketAddress remote;
    private Network.@Nullable Connection connection;
    private @Nullable ChannelPromise connecting;
    private boolean open = true;
    private boolean active;
    private boolean wanted;
    private boolean ended;

    SimulatedChannel(Network network) {
        super(null, new Id(network.nextId()));
        this.network = network;
        this.config = new DefaultChannelConfig(this) {
            @Override
            public <T> boolean setOption(ChannelOption<T> option, T value) {
                return option == ChannelOption.TCP_NODELAY
                        || option == ChannelOption.SO_KEEPALIVE
                        || super.setOption(option, value);
            }
        };
        config.setAllocator(network.allocator());
    }

    /** Numbers of channels, so that their order follows from the seed. */
    private record Id(int number) implements ChannelId {

        @Override
        public String asShortText() {
            return "channel-" + number;
        }

        @Override
        public String asLongText() {
            return asShortText();
        }

        @Override
        public int compareTo(ChannelId other) {
            return Integer.compare(number, ((Id) other).number);
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new Socket();
    }

    private final class Socket extends AbstractUnsafe {

        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            if (!promise.setUncancellable() || !ensureOpen(promise)) {
                return;
            }
            remote = remoteAddress;
            connecting = promise;
            connection = network.open(SimulatedChannel.this, (InetSocketAddress) remoteAddress);
            eventLoop().schedule(this::late, config.getConnectTimeoutMillis(), TimeUnit.MILLISECONDS);
        }

        private void late() {
            ChannelPromise promise = connecting;
            if (promise != null && promise.tryFailure(new ConnectTimeoutException("connection timed out: " + remote))) {
                connecting = null;
                close(voidPromise());
            }
        }

        private void settle(boolean accepted) {
            ChannelPromise promise = connecting;
            if (promise == null || !open) {
                return;
            }
            connecting = null;
            if (accepted) {
                active = true;
                promise.trySuccess();
                pipeline().fireChannelActive();
            } else {
                promise.tryFailure(new ConnectException("Connection refused: " + remote));
                close(voidPromise());
            }
        }

        private void fail(IOException error) {
            if (open) {
                pipeline().fireExceptionCaught(error);
                close(voidPromise());
            }
        }

        private void read() {
            if (!wanted || !active) {
                return;
            }
            if (!received.isEmpty()) {
                wanted = false;
                for (int i = 0; i < READS && !received.isEmpty(); i++) {
                    byte[] bytes = received.remove();
                    pipeline().fireChannelRead(alloc().buffer(bytes.length).writeBytes(bytes));
                }
                pipeline().fireChannelReadComplete();
                if (open && (!received.isEmpty() || ended) && wanted) {
                    eventLoop().execute(this::read);
                }
            } else if (ended) {
                wanted = false;
                close(voidPromise());
            }
        }
    }

    private Socket socket() {
        return (Socket) unsafe();
    }

    /** The server accepted or refused the connection. */
    void settled(boolean accepted) {
        eventLoop().execute(() -> socket().settle(accepted));
    }

    /** Bytes arrived. */
    void arrived(byte[] bytes) {
        eventLoop().execute(() -> {
            if (open) {
                received.add(bytes);
                socket().read();
            }
        });
    }

    /** The server closed its side. */
    void finished() {
        eventLoop().execute(() -> {
            ended = true;
            socket().read();
        });
    }

    /** The server or the network reset the connection. */
    void reset() {
        eventLoop().execute(() -> socket().fail(new IOException("Connection reset by peer")));
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof SimulatedEventLoop;
    }

    @Override
    protected SocketAddress localAddress0() {
        return new InetSocketAddress("10.0.0.1", 40_000);
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return remote;
    }

    @Override
    protected void doBind(SocketAddress localAddress) {}

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        ChannelPromise promise = connecting;
        if (promise != null) {
            connecting = null;
            promise.tryFailure(new ClosedChannelException());
        }
        open = false;
        active = false;
        received.clear();
        if (connection != null) {
            connection.clientClosed();
        }
    }

    @Override
    protected void doBeginRead() {
        wanted = true;
        if (!received.isEmpty() || ended) {
            eventLoop().execute(() -> socket().read());
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer buffer) {
        while (buffer.current() != null) {
            ByteBuf bytes = (ByteBuf) buffer.current();
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.getBytes(bytes.readerIndex(), copy);
            if (connection != null && copy.length > 0) {
                connection.fromClient(copy);
            }
            buffer.remove();
        }
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
