package dev.understudy.redis;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.policy.ProviderOptions;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Limits per minute that all instances keep together exactly, in Redis: one bucket for each provider, which fills evenly. A
 * call asks Redis before it is sent, which costs one round trip; the limits of {@link ProviderOptions} cost none, and are
 * exact in one instance and approximate in several. Without Redis, or when it does not answer in time, calls are sent.
 */
public final class RedisRateLimits {

    private static final Duration MAX_WAIT = Duration.ofMillis(100);

    /**
     * KEYS: bucket. ARGV: requests and tokens per minute, 0 for no limit; requests and tokens to take; 1 to take them whatever
     * is left. Returns 0 if they were taken, or the milliseconds until they can be.
     */
    private static final String TAKE = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local known = redis.call('HMGET', KEYS[1], 'requests', 'tokens', 'at')
            local passed = math.max(0, now - (tonumber(known[3]) or now))
            local wait = 0
            local life = 60000
            local left = {}
            for i = 1, 2 do
              local limit = tonumber(ARGV[i])
              local take = tonumber(ARGV[i + 2])
              if limit > 0 then
                left[i] = math.min(limit, (tonumber(known[i]) or limit) + passed * limit / 60000)
                if ARGV[5] == '0' and left[i] < math.max(1, take) then
                  wait = math.max(wait, math.ceil((math.max(1, take) - left[i]) * 60000 / limit))
                end
                left[i] = left[i] - take
                life = math.max(life, math.ceil((limit - left[i]) * 60000 / limit))
              else
                left[i] = 0
              end
            end
            if wait == 0 then
              redis.call('HSET', KEYS[1], 'requests', left[1], 'tokens', left[2], 'at', now)
              redis.call('PEXPIRE', KEYS[1], life)
            end
            return wait
            """;

    private final RedisConnections connections;
    private final String prefix;
    private final Duration maxWait;

    private RedisRateLimits(RedisConnections connections, String prefix, Duration maxWait) {
        this.connections = connections;
        this.prefix = prefix;
        this.maxWait = maxWait;
    }

    /**
     * Returns limits that are kept in a namespace.
     *
     * @param connections connections, which the caller closes after the providers
     * @param namespace name that the instances of one application have in common
     * @return the limits
     */
    public static RedisRateLimits over(RedisConnections connections, String namespace) {
        return new RedisRateLimits(connections, "understudy:" + namespace + ":limit/", MAX_WAIT);
    }

    /**
     * Returns limits that wait for another time for Redis.
     *
     * @param maxWait longest time that a call waits for the answer of Redis, after which it is sent; 100 milliseconds by
     *     default
     * @return the limits
     */
    public RedisRateLimits withMaxWait(Duration maxWait) {
        return new RedisRateLimits(connections, prefix, maxWait);
    }

    /**
     * Returns a provider that keeps the requests and tokens per minute together with the providers of this name of all
     * instances. A call beyond a limit fails with RATE_LIMITED and the time to wait, as if the vendor had refused it: an
     * {@code Understudy} asks its next provider, and this one again after that time. Tokens are counted when an answer is
     * complete, so that calls in flight may exceed their limit. The number of concurrent calls is not limited here.
     *
     * @param provider the provider
     * @param limits requests and tokens per minute, of all instances together
     * @return the limited provider
     */
    public ChatProvider limit(ChatProvider provider, ProviderOptions.RateLimits limits) {
        return new Limited(provider, limits);
    }

    private final class Limited extends ForwardingChatProvider {

        private final String requests;
        private final String tokens;

        Limited(ChatProvider provider, ProviderOptions.RateLimits limits) {
            super(provider);
            this.requests = perMinute(limits.requestsPerMinute());
            this.tokens = perMinute(limits.tokensPerMinute());
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return admitted()
                    .then(Mono.defer(() -> delegate().chat(request)))
                    .flatMap(response -> spent(response.usage()).thenReturn(response));
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.defer(() -> {
                AtomicReference<Usage> usage = new AtomicReference<>(Usage.none());
                return admitted()
                        .thenMany(Flux.defer(() -> delegate().stream(request)))
                        .doOnNext(chunk -> {
                            if (chunk instanceof StreamChunk.Finish finish) {
                                usage.set(finish.usage());
                            }
                        })
                        .concatWith(Mono.defer(() -> spent(usage.get())).then(Mono.empty()));
            });
        }

        /** Completes if a request was taken from the limits. */
        private Mono<Void> admitted() {
            return take("1", "0", "0").flatMap(wait -> wait == 0 ? Mono.empty() : Mono.error(refused(wait)));
        }

        private ChatException refused(long wait) {
            return new ChatException.CallFailed(
                    Failure.of(FailureKind.RATE_LIMITED, "the limit per minute of all instances is reached")
                            .withRetryAfter(Duration.ofMillis(wait)));
        }

        private Mono<Void> spent(Usage usage) {
            int used = usage.total();
            return tokens.equals("0") || used <= 0
                    ? Mono.empty()
                    : take("0", String.valueOf(used), "1").then();
        }

        /**
         * Returns 0 without Redis. The command outlives the wait for it: its own timeout, which is longer, finds a connection
         * that hangs. A failure is a value, as it would be logged behind the wait.
         */
        private Mono<Long> take(String takenRequests, String takenTokens, String always) {
            Mono<Long> command = connections.call(commands -> commands.<Long>eval(
                            TAKE,
                            ScriptOutputType.INTEGER,
                            new String[] {prefix + name()},
                            requests,
                            tokens,
                            takenRequests,
                            takenTokens,
                            always)
                    .next());
            return Mono.fromFuture(command.onErrorReturn(0L)::toFuture, true)
                    .timeout(maxWait, Mono.just(0L))
                    .defaultIfEmpty(0L);
        }
    }

    private static String perMinute(@Nullable Integer limit) {
        return limit == null ? "0" : limit.toString();
    }
}
