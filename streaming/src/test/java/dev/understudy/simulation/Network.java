package dev.understudy.simulation;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hosts, names and connections. Bytes of one direction arrive in order; a silent connection loses them. */
final class Network {

    /** Answer of a host to a new connection. */
    enum Accepts {
        YES,
        REFUSES,
        SILENT
    }

    /** Receives what arrives at the server of one connection. */
    interface Receiver {

        /** @param sent instant when the client sent the bytes */
        void received(byte[] bytes, long sent);

        void closed();
    }

    /** Server behind a name. */
    static final class Site {

        final String host;
        final Server server;
        int address;
        Accepts accepts = Accepts.YES;
        long latency = 1_000_000;
        boolean silent; // loses all bytes in both directions
        boolean known = true; // by the name server
        boolean secure; // speaks TLS
        double split = 0.1;
        long maxLifeTime = Long.MAX_VALUE; // of the client's connections
        private int http2Address = -1; // of the latest connection over HTTP/2
        private @Nullable Connection unanswering; // a connection over HTTP/2 with a request that was given up
        final Set<Connection> connections = new LinkedHashSet<>();

        Site(String host, int address, Server server) {
            this.host = host;
            this.address = address;
            this.server = server;
        }
    }

    /** Makes the receiver of each accepted connection. */
    interface Server {
        Receiver accept(Connection connection);
    }

    /** Longest time for an opening, TLS included, with the way of signals. */
    private static final long OPENING = 5_000_000_000L + 20_000_000;

    /** Time in which a request that has its connection already is sent. */
    private static final long CROSSING = 5_000_000;

    private final World world;
    private final Tasks tasks;
    private final Chance chance;
    private final History history;
    private final Reached reached;
    private final Consumer<String> violation;
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private final Map<String, Site> byHost = new LinkedHashMap<>();
    private final Tasks.Lane names = new Tasks.Lane("names");
    private final Set<Connection> opening = new LinkedHashSet<>();
    private int ids;
    private int openings;

    Network(World world) {
        this.world = world;
        this.tasks = world.tasks();
        this.chance = world.chance();
        this.history = world.history();
        this.reached = world.reached();
        this.violation = world.violations();
    }

    void add(Site site) {
        byHost.put(site.host, site);
    }

    UnpooledByteBufAllocator allocator() {
        return allocator;
    }

    /** Returns true while the client waits for the answer to an opening. */
    boolean isOpening() {
        return !opening.isEmpty();
    }

    int openings() {
        return openings;
    }

    int nextId() {
        return ++ids;
    }

    private @Nullable Site at(InetAddress address) {
        for (Site site : byHost.values()) {
            if (address(site).equals(address)) {
                return site;
            }
        }
        return null;
    }

    private static InetAddress address(Site site) {
        try {
            return InetAddress.getByAddress(
                    site.host, new byte[] {10, 1, (byte) (site.address >> 8), (byte) site.address});
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    Connection open(SimulatedChannel channel, InetSocketAddress remote) {
        Site site = at(remote.getAddress());
        Connection connection = new Connection(channel, site, ++openings);
        history.add("connect " + connection);
        opening.add(connection);
        long trip = site == null ? 0 : site.latency;
        tasks.inOrder(connection.up, trip, () -> {
            if (connection.over || site == null || site.silent || site.accepts == Accepts.SILENT) {
                return; // an address that was given up does not answer
            }
            boolean accepted = site.accepts == Accepts.YES;
            if (accepted) {
                site.connections.add(connection);
                connection.receiver = site.server.accept(connection);
            }
            tasks.inOrder(connection.down, trip, () -> {
                history.add((accepted ? "accepted " : "refused ") + connection);
                if (!accepted || !site.secure) {
                    connection.opened();
                }
                channel.settled(accepted);
            });
        });
        tasks.schedule(connection.up, OPENING, () -> {
            if (opening.contains(connection)) {
                violation.accept(connection + " is still being opened after " + OPENING / 1_000_000 + " ms");
            }
        });
        return connection;
    }

    /** One connection, seen from the network. */
    final class Connection {

        private final SimulatedChannel channel;
        private final @Nullable Site site;
        private final String name;
        private final Tasks.Lane up;
        private final Tasks.Lane down;
        private @Nullable Receiver receiver;
        private final long begun = tasks.now();
        private long opened;
        private boolean over; // for the client
        private boolean gone; // for the server
        private boolean dead; // silent for ever in both directions
        private boolean secure; // sends records of TLS
        private @Nullable Http2Rules rules;

        private Connection(SimulatedChannel channel, @Nullable Site site, int number) {
            this.channel = channel;
            this.site = site;
            this.name = "c" + number + "@" + (site == null ? "?" : site.host);
            this.up = new Tasks.Lane("up " + name);
            this.down = new Tasks.Lane("down " + name);
        }

        private boolean isSilent() {
            return dead || site == null || site.silent;
        }

        boolean isDead() {
            return dead;
        }

        /**
         * The server answered the client's hello.
         *
         * @param http2 true for HTTP/2
         */
        void secured(boolean http2) {
            secure = true;
            if (http2 && site != null) {
                rules = new Http2Rules(this, site.maxLifeTime, world);
                if (site.http2Address >= 0 && site.http2Address != site.address) {
                    reached.add("another address over HTTP/2");
                }
                site.http2Address = site.address;
            }
        }

        void fromClient(byte[] bytes) {
            history.add("> " + this + " " + bytes.length);
            if (secure && bytes[0] == TlsRecords.HANDSHAKE) {
                opened(); // by the last message of the handshake
            }
            if (rules != null) {
                checkRules(rules, bytes);
            }
            if (isSilent()) {
                dead = true; // a segment that is lost is not sent again here
                return;
            }
            long sent = tasks.now();
            tasks.inOrder(up, latency(), () -> {
                Receiver server = receiver;
                if (server != null && !gone) {
                    server.received(bytes, sent);
                } else if (gone) {
                    tasks.inOrder(down, latency(), this::resetAtClient);
                }
            });
        }

        /** Returns false if the client gave up a request over HTTP/2. */
        boolean awaits(int stream) {
            return rules == null || rules.awaits(stream);
        }

        /** The client gave up a request that had no answer at all. */
        void replaced() {
            if (site != null) {
                site.unanswering = this;
            }
        }

        /** Returns true if this connection takes the place of one that did not answer. */
        boolean isReplacement() {
            boolean other = site != null && site.unanswering != null && site.unanswering != this;
            if (other) {
                site.unanswering = null;
            }
            return other;
        }

        private void checkRules(Http2Rules all, byte[] bytes) {
            try {
                all.sent(bytes);
            } catch (RuntimeException thrown) { // which the channel would take for its own
                violation.accept("thrown by the rules of " + this + ": " + thrown);
            }
        }

        void clientClosed() {
            if (over) {
                return;
            }
            over = true;
            opening.remove(this);
            history.add("closed by client " + this);
            if (rules != null) {
                rules.closed();
            }
            if (isSilent()) {
                leave();
                return;
            }
            tasks.inOrder(up, latency(), () -> {
                Receiver server = receiver;
                if (!gone && server != null) {
                    gone = true;
                    server.closed();
                }
                leave();
            });
        }

        private void leave() {
            if (site != null) {
                site.connections.remove(this);
            }
        }

        private long latency() {
            long base = site == null ? 0 : site.latency;
            return base + chance.jitter(base + 1);
        }

        /** Sends bytes to the client, sometimes in several segments. */
        void send(byte[] content) {
            byte[] bytes = secure ? TlsRecords.of(TlsRecords.DATA, content) : content;
            int from = 0;
            while (from < bytes.length) {
                int to = site != null && chance.of(site.split) ? chance.between(from + 1, bytes.length) : bytes.length;
                segment(java.util.Arrays.copyOfRange(bytes, from, to));
                from = to;
            }
        }

        private void segment(byte[] bytes) {
            if (gone || isSilent()) {
                dead |= isSilent();
                return;
            }
            tasks.inOrder(down, latency(), () -> {
                if (!over) {
                    history.add("< " + this + " " + bytes.length);
                    if (rules != null) {
                        rules.arrived();
                    }
                    channel.arrived(bytes);
                }
            });
        }

        /** Runs an action at the client's end after all that was sent before. */
        void afterArrival(Runnable action) {
            if (!gone && !isSilent()) {
                tasks.inOrder(
                        down,
                        -1_000_000,
                        () -> { // at the arrival of what was sent last
                            if (!over) {
                                action.run();
                            }
                        });
            }
        }

        /** Ends the server's side; returns true if the client can notice. */
        private boolean leaveVisibly() {
            gone = true;
            leave();
            return !isSilent();
        }

        /** Closes the server's side after what it sent, with TLS sometimes after a sign that nothing follows. */
        void finish() {
            if (secure && !gone && chance.of(0.5)) {
                segment(TlsRecords.of(TlsRecords.ALERT, new byte[] {1, TlsEngine.CLOSE_NOTIFY}));
            }
            if (gone || !leaveVisibly()) {
                return;
            }
            tasks.inOrder(down, latency(), () -> {
                if (!over) {
                    history.add("finished " + this);
                    channel.finished();
                }
            });
        }

        /** Resets the connection; what is on the way may be lost. */
        void reset() {
            if (gone || !leaveVisibly()) {
                return;
            }
            if (chance.of(0.5)) {
                tasks.inOrder(down, latency(), this::resetAtClient);
            } else {
                tasks.schedule(down, latency(), this::resetAtClient);
            }
        }

        /** Loses the connection without a sign at either end. */
        void die() {
            history.add("dies " + this);
            dead = true;
        }

        private void resetAtClient() {
            if (!over) {
                history.add("reset " + this);
                channel.reset();
            }
        }

        private void opened() {
            opening.remove(this);
            opened = tasks.now();
        }

        /** A connection over HTTP/1.1 gets no requests beyond its maximal age. */
        void checkAge(long sent) {
            if (site != null && sent - opened - CROSSING > site.maxLifeTime) {
                violation.accept("a request on " + this + ", which is " + (sent - opened) / 1_000_000 + " ms old");
            }
        }

        /** Instant when the client began to open it. */
        long begun() {
            return begun;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Ends all connections of a site as a restart does. */
    void restart(Site site) {
        for (Connection connection : new ArrayList<>(site.connections)) {
            Receiver receiver = connection.receiver;
            connection.reset();
            if (receiver != null) {
                receiver.closed();
            }
        }
    }

    /** Name resolution as it is at the moment of each connection. */
    AddressResolverGroup<InetSocketAddress> resolver() {
        return new AddressResolverGroup<>() {
            @Override
            protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
                return new InetNameResolver(executor) {
                    @Override
                    protected void doResolve(String host, Promise<InetAddress> promise) {
                        tasks.schedule(names, chance.nanos(0, 5), () -> {
                            Site site = byHost.get(host);
                            if (site != null && site.known) {
                                promise.trySuccess(address(site));
                            } else {
                                promise.tryFailure(new UnknownHostException(host));
                            }
                        });
                    }

                    @Override
                    protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
                        tasks.schedule(names, chance.nanos(0, 5), () -> {
                            Site site = byHost.get(host);
                            if (site != null && site.known) {
                                promise.trySuccess(List.of(address(site)));
                            } else {
                                promise.tryFailure(new UnknownHostException(host));
                            }
                        });
                    }
                }.asAddressResolver();
            }
        };
    }
}
