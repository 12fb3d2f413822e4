package dev.understudy.ops.webhook;

import dev.understudy.provider.error.RetryAfter;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.util.retry.Retry;

/**
 * Delivers one message. Retries after 408, 425, 429, 5xx and transport errors with exponential back-off, never sooner
 * than a Retry-After asks for, and gives up on other statuses. Redirects are not followed, so that only the
 * configured receiver gets the message.
 *
 * <p>The back-off is a companion of {@code retryWhen} and not {@code Retry.backoff}, because that one takes its
 * jitter from a random generator of its own and does not support Retry-After.
 */
final class WebhookSender {

    private static final Duration MAX_BACKOFF = Duration.ofMinutes(1);

    /** The receiver answered with a status other than 2xx. */
    private static final class Refused extends RuntimeException {
        private final int status;
        private final transient @Nullable Duration after;

        Refused(int status, @Nullable Duration after) {
            super("status " + status, null, false, false);
            this.status = status;
            this.after = after;
        }

        boolean isFinal() {
            return status < 500 && status != 408 && status != 425 && status != 429;
        }
    }

    private final Webhooks.Options options;
    private final Supplier<Scheduler> scheduler;
    private final RandomGenerator random;
    private final ConnectionProvider pool;
    private final HttpClient client;

    WebhookSender(Webhooks.Options options, Supplier<Scheduler> scheduler, RandomGenerator random) {
        this.options = options;
        this.scheduler = scheduler;
        this.random = random;
        Duration timeout = options.delivery().timeout();
        this.pool = ConnectionProvider.builder("understudy-webhooks")
                .maxConnections(2)
                .pendingAcquireTimeout(timeout)
                .build();
        this.client = HttpClient.create(pool)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(Integer.MAX_VALUE, Math.max(1, timeout.toMillis())))
                .httpResponseDecoder(spec -> spec.maxHeaderSize(16 << 10).maxInitialLineLength(4096))
                .headers(headers -> headers.set("content-type", "application/json")
                        .set("user-agent", "understudy")
                        .set("connection", "close"))
                .doOnChannelInit((observer, channel, remote) -> channel.pipeline()
                        .addFirst(new AddressCheck(options.url().getHost(), options.addresses())))
                .disableRetry(true)
                .followRedirect(false)
                .compress(false);
    }

    /** Completes when the receiver has accepted the message; fails when the sender gives up. */
    Mono<Void> deliver(WebhookMessage webhookMessage) {
        return Mono.defer(() -> {
            byte[] body = webhookMessage.body();
            return Mono.defer(() -> once(webhookMessage, body)).retryWhen(backoff(webhookMessage));
        });
    }

    private Mono<Void> once(WebhookMessage webhookMessage, byte[] body) {
        long seconds = now().getEpochSecond();
        return client.headers(headers -> headers.set("webhook-id", webhookMessage.id())
                        .set("webhook-timestamp", seconds)
                        .set(
                                "webhook-signature",
                                options.secret().signature().sign(webhookMessage.id(), seconds, body)))
                .post()
                .uri(options.url().toString())
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body)))
                // Only the status matters: the body is not read, and the connection closes.
                .responseConnection(
                        (response, connection) -> checkStatus(response).doFinally(signal -> connection.dispose()))
                .then()
                .timeout(options.delivery().timeout(), scheduler.get());
    }

    private Mono<Void> checkStatus(HttpClientResponse response) {
        int status = response.status().code();
        return status >= 200 && status < 300
                ? Mono.empty()
                : Mono.error(new Refused(status, RetryAfter.of(response.responseHeaders()::get, "", now())));
    }

    private Retry backoff(WebhookMessage webhookMessage) {
        return Retry.from(signals -> signals.concatMap(signal -> again(webhookMessage, signal), 0));
    }

    private Publisher<Long> again(WebhookMessage webhookMessage, Retry.RetrySignal signal) {
        Throwable failure = signal.failure();
        Duration delay = delay(signal.totalRetries());
        if (failure instanceof Refused refused) {
            delay = refused.after != null && refused.after.compareTo(delay) > 0 ? refused.after : delay;
        }
        boolean giveUp = (failure instanceof Refused refused && refused.isFinal())
                || signal.totalRetries() + 1 >= options.delivery().tries()
                || now().plus(delay)
                        .isAfter(webhookMessage.at().plus(options.delivery().maxAge()));
        return giveUp ? Mono.error(failure) : Mono.delay(delay, scheduler.get());
    }

    private Duration delay(long retries) {
        double doubled = options.delivery().backoff().toNanos() * Math.pow(2, (double) retries);
        double nanos = Math.min((double) MAX_BACKOFF.toNanos(), doubled);
        return Duration.ofNanos((long) (nanos * (0.5 + random.nextDouble())));
    }

    private Instant now() {
        return Instant.ofEpochMilli(scheduler.get().now(TimeUnit.MILLISECONDS));
    }

    void close() {
        pool.dispose();
    }
}
