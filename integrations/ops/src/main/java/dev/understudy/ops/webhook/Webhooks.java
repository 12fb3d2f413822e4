package dev.understudy.ops.webhook;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.provider.endpoint.Transport.Addresses;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Posts events to a URL, signed as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> specifies.
 * Register it as a listener: {@code builder.listener(webhooks)}. Calls are never delayed: events enter a bounded
 * queue, and a slow or dead receiver loses the oldest messages. Thread-safe.
 */
public final class Webhooks implements Listener, AutoCloseable {

    /** Topics of events. An event may belong to several, and is posted once. */
    public enum Topic {
        /** Failovers, takeovers of streams, and streams that were lost. */
        FAILOVER,
        /** A circuit closed, or a provider became healthy again or was released. */
        RECOVERY,
        /** A circuit opened or closed, or a provider or one of its models was held or released. */
        CIRCUIT,
        /** Health checks changed the status of a provider. */
        HEALTH,
        /** Another provider became the active one. */
        ACTIVE,
        /** A vendor turns a model off soon. */
        RETIREMENT,
        /** An operator changed something. */
        AUDIT;

        /**
         * Returns the name in lower case, as configurations use it.
         *
         * @return the name
         */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Limits of delivery.
     *
     * @param tries largest number of tries; 5
     * @param timeout limit of one try, from connecting to the status of the response; 5 s
     * @param backoff delay before the second try, doubled each time, ±50 % jitter, at most a minute; 1 s
     * @param maxAge age after which a message is given up; 10 min
     * @param queue largest number of queued messages, beyond which the oldest is dropped and counted; 256
     */
    public record Delivery(int tries, Duration timeout, Duration backoff, Duration maxAge, int queue) {

        private static final Delivery DEFAULTS =
                new Delivery(5, Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMinutes(10), 256);

        /**
         * Checks the limits.
         *
         * @param tries largest number of tries
         * @param timeout limit of one try
         * @param backoff delay before the second try
         * @param maxAge age after which a message is given up
         * @param queue largest number of queued messages
         * @throws IllegalArgumentException if a number is below 1 or a duration not longer than zero
         */
        public Delivery {
            if (tries < 1 || queue < 1) {
                throw new IllegalArgumentException("tries and queue are 1 or more: " + tries + ", " + queue);
            }
            positive("timeout", timeout);
            positive("backoff", backoff);
            positive("maxAge", maxAge);
        }

        /**
         * Returns the default limits.
         *
         * @return the limits
         */
        public static Delivery defaults() {
            return DEFAULTS;
        }

        /**
         * Replaces the number of tries.
         *
         * @param tries 1 or more
         * @return a copy with the value
         */
        public Delivery withTries(int tries) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }

        /**
         * Replaces the limit of one try.
         *
         * @param timeout longer than zero
         * @return a copy with the value
         */
        public Delivery withTimeout(Duration timeout) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }

        /**
         * Replaces the delay before the second try.
         *
         * @param backoff longer than zero
         * @return a copy with the value
         */
        public Delivery withBackoff(Duration backoff) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }

        /**
         * Replaces the age after which a message is given up.
         *
         * @param maxAge longer than zero
         * @return a copy with the value
         */
        public Delivery withMaxAge(Duration maxAge) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }

        /**
         * Replaces the largest number of queued messages.
         *
         * @param queue 1 or more
         * @return a copy with the value
         */
        public Delivery withQueue(int queue) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }
    }

    /**
     * The secret of signatures, or several during a rotation. Never printed. The format is that of <a
     * href="https://www.standardwebhooks.com">Standard Webhooks</a>.
     */
    public static final class Secret {

        private final WebhookSignature signature;

        private Secret(WebhookSignature signature) {
            this.signature = signature;
        }

        /**
         * Creates a secret. Messages are signed with each of the secrets, so that a receiver that knows any of them
         * accepts.
         *
         * @param secrets {@code whsec_} and 24 to 64 random bytes in Base64, as {@code openssl rand -base64 32} makes
         *     them
         * @return the secret
         * @throws IllegalArgumentException if one has another form; the message does not contain it
         */
        public static Secret of(String... secrets) {
            return new Secret(WebhookSignature.of(secrets));
        }

        WebhookSignature signature() {
            return signature;
        }

        @Override
        public String toString() {
            return "***";
        }
    }

    /**
     * Options of a webhook.
     *
     * @param url receiver; https, or http to loopback
     * @param plainHttp {@code true} to allow http to any host; false by default
     * @param addresses addresses that may be connected to, besides a loopback or private one that is the host of the URL;
     *     {@link Addresses#PUBLIC} by default
     * @param secret secret of signatures
     * @param topics posted topics; all by default
     * @param quiet time within which further events of one kind are posted together; 10 s by default
     * @param delivery limits of delivery
     */
    public record Options(
            URI url,
            boolean plainHttp,
            Addresses addresses,
            Secret secret,
            Set<Topic> topics,
            Duration quiet,
            Delivery delivery) {

        /**
         * Checks the options.
         *
         * @param url receiver; https, or http to loopback
         * @param plainHttp {@code true} to allow http to any host
         * @param addresses addresses that may be connected to
         * @param secret secret of signatures
         * @param topics posted topics
         * @param quiet time within which further events of one kind are posted together
         * @param delivery limits of delivery
         * @throws IllegalArgumentException if the URL is not allowed, there is no topic, or {@code quiet} is negative
         */
        public Options {
            if (!plainHttp || !"http".equalsIgnoreCase(url.getScheme())) {
                requireSafe(url);
            }
            if (url.getHost() == null || url.getRawUserInfo() != null) {
                throw new IllegalArgumentException("A webhook's URL has a host, and no user or password in it");
            }
            if (topics.isEmpty()) {
                throw new IllegalArgumentException("Webhooks without a topic post nothing");
            }
            if (quiet.isNegative()) {
                throw new IllegalArgumentException("quiet is not negative: " + quiet);
            }
            topics = Set.copyOf(topics);
        }

        /**
         * Posts all topics with default options.
         *
         * @param url receiver; https, or http to loopback
         * @param secret secret of signatures
         * @return the options
         */
        public static Options to(URI url, Secret secret) {
            return new Options(
                    url,
                    false,
                    Addresses.PUBLIC,
                    secret,
                    EnumSet.allOf(Topic.class),
                    Duration.ofSeconds(10),
                    Delivery.defaults());
        }

        /**
         * Posts all topics with default options to a URL that may be plain http to any host: messages can be read on
         * the way.
         *
         * @param url receiver; https or http
         * @param secret secret of signatures
         * @return the options
         */
        public static Options toPlainHttp(URI url, Secret secret) {
            return new Options(
                    url,
                    true,
                    Addresses.PUBLIC,
                    secret,
                    EnumSet.allOf(Topic.class),
                    Duration.ofSeconds(10),
                    Delivery.defaults());
        }

        /**
         * Replaces the addresses that may be connected to, for a receiver whose name resolves to a private address.
         *
         * @param addresses addresses that may be connected to
         * @return a copy with the value
         */
        public Options withAddresses(Addresses addresses) {
            return new Options(url, plainHttp, addresses, secret, topics, quiet, delivery);
        }

        /**
         * Replaces the posted topics.
         *
         * @param topics one or more
         * @return a copy with the value
         */
        public Options withTopics(Set<Topic> topics) {
            return new Options(url, plainHttp, addresses, secret, topics, quiet, delivery);
        }

        /**
         * Replaces the time within which further events of one kind are posted together.
         *
         * @param quiet zero posts each event singly
         * @return a copy with the value
         */
        public Options withQuiet(Duration quiet) {
            return new Options(url, plainHttp, addresses, secret, topics, quiet, delivery);
        }

        /**
         * Replaces the limits of delivery.
         *
         * @param delivery limits of delivery
         * @return a copy with the value
         */
        public Options withDelivery(Delivery delivery) {
            return new Options(url, plainHttp, addresses, secret, topics, quiet, delivery);
        }

        private static void requireSafe(URI url) {
            String host = url.getHost();
            boolean loopback = host != null && host.matches("(?i)localhost|127(\\.\\d{1,3}){3}|\\[::1]");
            boolean safe =
                    "https".equalsIgnoreCase(url.getScheme()) || ("http".equalsIgnoreCase(url.getScheme()) && loopback);
            if (!safe) {
                throw new IllegalArgumentException("A webhook goes to https, or by http to loopback");
            }
        }

        /** Contains the host and the topics; the path may be a secret. */
        @Override
        public String toString() {
            return "webhooks to " + url.getScheme() + "://" + url.getHost() + " on "
                    + topics.stream().sorted().map(Topic::label).toList();
        }
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }

    /**
     * Counts of messages since the start.
     *
     * @param delivered accepted by the receiver
     * @param givenUp refused, or failed on every try
     * @param dropped never tried, because the queue was full or too many kinds were pending
     */
    public record Counts(long delivered, long givenUp, long dropped) {}

    private final Options options;
    private final WebhookQueue webhookQueue;
    private final EventCoalescer eventCoalescer;

    private Webhooks(Options options, Supplier<Scheduler> scheduler, RandomGenerator random) {
        this.options = options;
        this.webhookQueue = new WebhookQueue(options, scheduler, random);
        this.eventCoalescer = new EventCoalescer(options.quiet(), scheduler, webhookQueue::put);
    }

    /**
     * Starts delivery. Nothing is sent before an event; messages are sent one at a time, in order.
     *
     * @param options receiver, secret, topics and limits
     * @return the listener
     */
    public static Webhooks start(Options options) {
        return start(
                options, Schedulers::parallel, () -> ThreadLocalRandom.current().nextLong());
    }

    static Webhooks start(Options options, Supplier<Scheduler> scheduler, RandomGenerator random) {
        return new Webhooks(options, scheduler, random);
    }

    /** Enqueues a message if the event belongs to the topics. Never blocks. */
    @Override
    public void on(Event event) {
        if (TopicFilter.covers(options.topics(), event) && !eventCoalescer.on(event)) {
            webhookQueue.drop();
        }
    }

    /**
     * Returns the counts of messages since the start.
     *
     * @return a snapshot
     */
    public Counts counts() {
        return webhookQueue.counts();
    }

    /** Stops delivery; queued messages are dropped. */
    @Override
    public void close() {
        webhookQueue.close();
    }

    @Override
    public String toString() {
        return options + ": " + counts();
    }
}
