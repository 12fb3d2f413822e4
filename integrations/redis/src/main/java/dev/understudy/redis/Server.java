package dev.understudy.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManagerFactory;

/** Opens connections of Lettuce to one server, to the primary that Sentinel names, or to a cluster. */
sealed interface Server {

    /** Interval between two looks at the topology of a cluster. */
    Duration TOPOLOGY_REFRESH = Duration.ofSeconds(30);

    Pattern CLUSTER = Pattern.compile("^(rediss?)-cluster://");

    /** Number of commands that may wait for their answers on one connection. */
    int MAX_PENDING = 10_000;

    CompletionStage<? extends StatefulConnection<String, String>> connect();

    CompletionStage<? extends StatefulRedisPubSubConnection<String, String>> subscribe();

    AbstractRedisClient client();

    /** An '@' behind the host: the password has a '/', '?' or '#', so that a part of it would be taken for the host. */
    Pattern MISPLACED = Pattern.compile("//[^/?#]*[/?#].*@", Pattern.DOTALL);

    static Server of(RedisOptions options) {
        if (CLUSTER.matcher(options.uri()).find()) {
            return cluster(options, CLUSTER.matcher(options.uri()).replaceFirst("$1://"));
        }
        RedisURI uri = uri(parsed(options.uri(), RedisURI::create), options);
        // The connections are replaced by RedisConnections: without a queue, without a log line for each attempt.
        ClientOptions clientOptions = configured(ClientOptions.builder().autoReconnect(false), options)
                .build();
        RedisClient client = RedisClient.create();
        client.setOptions(clientOptions);
        return new Single(client, uri);
    }

    private static Server cluster(RedisOptions options, String address) {
        List<RedisURI> seeds = parsed(address, valid -> RedisClusterURIUtil.toRedisURIs(URI.create(valid))).stream()
                .map(seed -> uri(seed, options))
                .toList();
        ClusterClientOptions.Builder builder = ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                        .build());
        configured(builder, options);
        RedisClusterClient client = RedisClusterClient.create(seeds);
        client.setOptions(builder.build());
        return new Cluster(client);
    }

    /** Parsers quote what they refuse, which has a password in it: neither their text nor their exception is passed on. */
    private static <T> T parsed(String address, Function<String, T> parser) {
        if (!MISPLACED.matcher(address).find()) {
            try {
                return parser.apply(address);
            } catch (RuntimeException quoting) {
                // refused below
            }
        }
        throw new IllegalArgumentException(
                "The address of Redis is not valid. It begins with redis://, redis-sentinel:// or"
                        + " redis-cluster:// (rediss with TLS); in user and password, characters that a URI reserves are"
                        + " percent-encoded");
    }

    private static RedisURI uri(RedisURI uri, RedisOptions options) {
        uri.setTimeout(options.commandTimeout());
        uri.getSentinels().forEach(sentinel -> sentinel.setTimeout(options.commandTimeout()));
        return uri;
    }

    private static ClientOptions.Builder configured(ClientOptions.Builder builder, RedisOptions options) {
        if (options.uri().startsWith("rediss")) {
            TrustManagerFactory trust = Trust.in(options.trust());
            builder.sslOptions(SslOptions.builder()
                    .sslContext(context -> context.trustManager(trust))
                    .handshakeTimeout(options.connectTimeout())
                    .build());
        }
        return builder.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_PENDING)
                .protocolVersion(ProtocolVersion.RESP2)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(options.connectTimeout())
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(options.commandTimeout()));
    }

    /** One server, or the primary of a group that Sentinel watches. */
    record Single(RedisClient client, RedisURI uri) implements Server {

        @Override
        public CompletionStage<? extends StatefulConnection<String, String>> connect() {
            return client.connectAsync(StringCodec.UTF8, uri);
        }

        @Override
        public CompletionStage<? extends StatefulRedisPubSubConnection<String, String>> subscribe() {
            return client.connectPubSubAsync(StringCodec.UTF8, uri);
        }
    }

    /** A cluster, whose nodes are looked up before each connection. */
    record Cluster(RedisClusterClient client) implements Server {

        @Override
        public CompletionStage<? extends StatefulConnection<String, String>> connect() {
            return client.refreshPartitionsAsync().thenCompose(known -> client.connectAsync(StringCodec.UTF8));
        }

        @Override
        public CompletionStage<? extends StatefulRedisPubSubConnection<String, String>> subscribe() {
            return client.refreshPartitionsAsync().thenCompose(known -> client.connectPubSubAsync(StringCodec.UTF8));
        }
    }
}
