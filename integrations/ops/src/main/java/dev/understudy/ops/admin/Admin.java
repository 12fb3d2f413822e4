package dev.understudy.ops.admin;

import dev.understudy.ops.agent.Agents;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.NetUtil;
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
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * HTTP routes for operators: status, health, statistics, switching providers, holding a provider for maintenance, and
 * a live event stream. Routes exist only where they are mounted ({@link #routes}) or started ({@link #start}), and
 * every request needs a token, except those for the files of the dashboard at {@code /understudy/}, which hold no data. docs/operate.md lists every route; {@code GET /api/openapi.json} describes them for
 * tools.
 */
public final class Admin {

    /** Access tokens and limits of the admin routes. Only hashes of tokens are kept. */
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
            return new Options(read, write, Set.of(), 16, 256, EventStreamRoute.defaultKeepAlive());
        }

        /**
         * Accepts one token, which allows reading only.
         *
         * @param token 16 characters or more
         * @return the options
         */
        public static Options reading(String token) {
            return of(AccessToken.of(token), null);
        }

        /**
         * Accepts one token, which allows reading and writing.
         *
         * @param token 16 characters or more
         * @return the options
         */
        public static Options writing(String token) {
            return of(null, AccessToken.of(token));
        }

        /**
         * Accepts two tokens: the first allows reading, the second allows reading and writing.
         *
         * @param read 16 characters or more
         * @param write 16 characters or more, another token
         * @return the options
         */
        public static Options tokens(String read, String write) {
            return of(AccessToken.of(read), AccessToken.of(write));
        }

        /**
         * Replaces the host names that requests may carry, besides {@code localhost} and literal addresses; none by
         * default.
         *
         * @param names host names, in any case
         * @return a copy with the value
         */
        public Options withHosts(String... names) {
            Set<String> lower = Set.of(names).stream()
                    .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                    .collect(Collectors.toSet());
            return new Options(read, write, lower, watchers, backlog, keepAlive);
        }

        /**
         * Replaces the limit of concurrent event streams; 16 by default.
         *
         * @param watchers 1 or more
         * @return a copy with the value
         */
        public Options withWatchers(int watchers) {
            return new Options(read, write, hosts, watchers, backlog, keepAlive);
        }

        /**
         * Limit of events that are queued for one event stream; beyond it the oldest is dropped and reported as lost.
         * 256 by default.
         *
         * @param backlog 1 or more
         * @return a copy with the value
         */
        public Options withBacklog(int backlog) {
            return new Options(read, write, hosts, watchers, backlog, keepAlive);
        }

        /**
         * Interval of the keep-alive comments on event streams, which keep proxies from closing them; 15 s by
         * default.
         *
         * @param keepAlive longer than zero
         * @return a copy with the value
         */
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

        /** Describes which tokens exist, without the tokens. */
        @Override
        public String toString() {
            return "admin routes" + (read == null ? "" : ", a token that reads")
                    + (write == null ? "" : ", a token that writes");
        }
    }

    /** An HTTP server that serves these routes only. */
    public static final class Server implements AutoCloseable {

        private final DisposableServer server;
        private final ChannelGroup connections;

        private Server(DisposableServer server, ChannelGroup connections) {
            this.server = server;
            this.connections = connections;
        }

        /**
         * Returns the port that the server listens on.
         *
         * @return the port
         */
        public int port() {
            return server.port();
        }

        /** Stops listening and closes all connections without waiting. Idempotent. */
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
     * Creates the routes of these agents.
     *
     * @param agents the agents that are shown and changed
     * @param activityLog registered as a listener of the same agents; events that it did not receive are not shown
     * @param options tokens and limits
     * @return the routes, not mounted yet
     */
    public static Admin of(Agents agents, ActivityLog activityLog, Options options) {
        List<AdminRoute> adminRoutes = new ArrayList<>(new AgentRoutes(agents, activityLog).routes());
        adminRoutes.add(new OverviewRoute(agents, activityLog).route());
        activityLog.bind(agents);
        adminRoutes.add(new ReportRoute(activityLog).route());
        adminRoutes.add(new EventStreamRoute(activityLog.feed(), options).route());
        byte[] document = document();
        adminRoutes.add(AdminRoute.get("/api/openapi.json", request -> Mono.just(new AdminRoute.Bytes(document))));
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
     * Returns the routes for an existing server: {@code HttpServer.create().route(admin.routes())}. They answer below
     * {@code /api/agents} and {@code /api/providers}, and to {@code /api/overview}, {@code /api/events}, {@code
     * /api/report} and {@code
     * /api/openapi.json}; {@code /understudy/} is the dashboard. Other paths are left to the application.
     *
     * @return adds the routes to those of a server
     */
    public Consumer<HttpServerRoutes> routes() {
        return mounted -> mounted.route(Admin::isOurs, adminHandler::serve);
    }

    /**
     * Answers one request of another server on reactor-netty, such as that of an application with WebFlux. Paths that are none
     * of the routes are answered with 404.
     *
     * @param request the request, whose body was not read
     * @param response the response, of which nothing was sent
     * @return completes when the response is sent
     */
    public Mono<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        return Mono.from(adminHandler.serve(request, response));
    }

    private static boolean isOurs(HttpServerRequest request) {
        return request.uri()
                .matches(
                        "(?i)(https?://[^/?#]*)?((/api/(((agents|providers)(/[^?#]*)?)|events|overview|report|openapi\\.json))|/understudy(/[^?#]*)?)([?#].*)?");
    }

    /**
     * Starts a server on this port of the loopback interface; 0 selects a free port. Binds at subscription.
     *
     * @param port 0 to 65535
     * @return the server; fails if the port cannot be bound
     */
    public Mono<Server> start(int port) {
        return start(new InetSocketAddress(NetUtil.LOCALHOST4, port));
    }

    /**
     * Starts a server on this address, without TLS: outside the loopback interface, put a proxy that terminates TLS
     * in front. Binds at subscription.
     *
     * @param address address and port to listen on
     * @return the server; fails if the address cannot be bound
     */
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

    /**
     * Lists the method and path template of each route.
     *
     * @return one line for each route: {@code GET /api/agents}
     */
    public List<String> paths() {
        return adminRoutes.stream()
                .map(adminRoute -> adminRoute.method() + " " + adminRoute.template())
                .toList();
    }
}
