package dev.understudy.ops.admin;

import dev.understudy.ops.agent.Agents;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * The routes of operators: who serves and why, another provider first, one out for maintenance, what happens just now. There
 * are none unless they are mounted ({@link #adminRoutes}) or started ({@link #start}), and nobody gets in without a token.
 * docs/operate.md tells every route; {@code GET /api/openapi.json} tells it to tools.
 */
public final class Admin {

    /**
     * Who gets in, and how many may watch. Tokens are not kept, only their hashes.
     */
    public static final class Options {

        private final @Nullable AccessToken read;
        private final @Nullable AccessToken write;
        private final Set<String> hosts;
        private final int watchers;
        private final int backlog;
        private final Duration keepAlive;

        private Options(
                @Nullable AccessToken read,
                @Nullable AccessToken write,
                Set<String> hosts,
                int watchers,
                int backlog,
                Duration keepAlive) {
            if (read != null && read.equals(write)) {
                throw new IllegalArgumentException("The token that reads cannot be the one that writes");
            }
            if (watchers < 1 || backlog < 1 || keepAlive.isZero() || keepAlive.isNegative()) {
                throw new IllegalArgumentException("watchers and backlog are 1 or more, keepAlive longer than zero");
            }
            this.read = read;
            this.write = write;
            this.hosts = hosts;
            this.watchers = watchers;
            this.backlog = backlog;
            this.keepAlive = keepAlive;
        }

        private static Options of(@Nullable AccessToken read, @Nullable AccessToken write) {
            return new Options(read, write, Set.of(), 16, 256, EventStreamRoute.usualPulse());
        }

        /**
         * This token opens what only looks; nothing can be changed.
         *
         * @param token 16 characters or more
         */
        public static Options reading(String token) {
            return of(AccessToken.of(token), null);
        }

        /**
         * This token opens everything.
         *
         * @param token 16 characters or more
         */
        public static Options writing(String token) {
            return of(null, AccessToken.of(token));
        }

        /** The first token opens what only looks, the second one everything. */
        public static Options tokens(String read, String write) {
            return of(AccessToken.of(read), AccessToken.of(write));
        }

        /** Names by which this server is known, besides {@code localhost} and literal addresses; none. */
        public Options withHosts(String... names) {
            Set<String> lower = Set.of(names).stream()
                    .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                    .collect(Collectors.toSet());
            return new Options(read, write, lower, watchers, backlog, keepAlive);
        }

        /** So many may watch events at once; 16. */
        public Options withWatchers(int watchers) {
            return new Options(read, write, hosts, watchers, backlog, keepAlive);
        }

        /** So many events wait for one who watches, then the oldest is dropped and told as lost; 256. */
        public Options withBacklog(int backlog) {
            return new Options(read, write, hosts, watchers, backlog, keepAlive);
        }

        /** How often those who watch get a comment, so that proxies do not close; 15 s. */
        public Options withKeepAlive(Duration keepAlive) {
            return new Options(read, write, hosts, watchers, backlog, keepAlive);
        }

        int watchers() {
            return watchers;
        }

        int backlog() {
            return backlog;
        }

        Duration keepAlive() {
            return keepAlive;
        }

        /** Which tokens there are; not the tokens. */
        @Override
        public String toString() {
            return "admin routes" + (read == null ? "" : ", a token that reads")
                    + (write == null ? "" : ", a token that writes");
        }
    }

    /** A server of these routes alone. */
    public static final class Server implements AutoCloseable {

        private final DisposableServer server;
        private final ChannelGroup connections;

        private Server(DisposableServer server, ChannelGroup connections) {
            this.server = server;
            this.connections = connections;
        }

        public int port() {
            return server.port();
        }

        /** Stops listening and ends all connections, without waiting. Idempotent. */
        @Override
        public void close() {
            server.dispose();
            connections.close();
        }
    }

    static final String OPENAPI = "/dev/understudy/ops/openapi.json";

    private final List<AdminRoute> adminRoutes;
    private final AdminHandler adminHandler;

    private Admin(List<AdminRoute> adminRoutes, AdminHandler adminHandler) {
        this.adminRoutes = adminRoutes;
        this.adminHandler = adminHandler;
    }

    /**
     * Routes for these agents.
     *
     * @param activityLog must hear the same agents; what it did not hear is not shown
     */
    public static Admin of(Agents agents, ActivityLog activityLog, Options options) {
        List<AdminRoute> adminRoutes = new ArrayList<>(new AgentRoutes(agents, activityLog).routes());
        adminRoutes.add(new EventStreamRoute(activityLog.feed(), options).route());
        byte[] document = document();
        adminRoutes.add(AdminRoute.get("/api/openapi.json", asked -> Mono.just(new AdminRoute.Written(document))));
        AdminAccess adminAccess = new AdminAccess(options.read, options.write, options.hosts);
        return new Admin(List.copyOf(adminRoutes), new AdminHandler(adminAccess, adminRoutes));
    }

    private static byte[] document() {
        try (InputStream file = Admin.class.getResourceAsStream(OPENAPI)) {
            if (file == null) {
                throw new IllegalStateException("The jar lacks " + OPENAPI);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("openapi.json cannot be read", e);
        }
    }

    /**
     * For a server that you have: {@code HttpServer.create().route(admin.routes())}. They answer below {@code /api/agents} and
     * {@code /api/providers}, and to {@code /api/events} and {@code /api/openapi.json}; other paths are yours.
     */
    public Consumer<HttpServerRoutes> routes() {
        return mounted -> mounted.route(Admin::isOurs, adminHandler::serve);
    }

    private static boolean isOurs(HttpServerRequest request) {
        return request.uri()
                .matches("(?i)(https?://[^/?#]*)?/api/(((agents|providers)(/[^?#]*)?)|events|openapi\\.json)([?#].*)?");
    }

    /** Listens on this port of the loopback interface; 0 for any free one. */
    public Mono<Server> start(int port) {
        return start(new InetSocketAddress("127.0.0.1", port));
    }

    /** Listens here, in the clear: beyond the loopback interface only behind something that speaks TLS. */
    public Mono<Server> start(InetSocketAddress address) {
        ChannelGroup connections = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
        return HttpServer.create()
                .bindAddress(() -> address)
                .channelGroup(connections)
                .protocol(HttpProtocol.HTTP11)
                .httpRequestDecoder(spec -> spec.maxInitialLineLength(4 << 10).maxHeaderSize(16 << 10))
                .idleTimeout(Duration.ofSeconds(60))
                .handle(adminHandler::serve)
                .bind()
                .map(server -> new Server(server, connections));
    }

    /** What there is, for tests to compare. */
    public List<String> paths() {
        return adminRoutes.stream()
                .map(adminRoute -> adminRoute.method() + " " + adminRoute.template())
                .toList();
    }
}
