package dev.understudy.ops.webhook;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
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
 * Posts what operators want to know of to a URL, signed, as <a href="https://www.standardwebhooks.com">Standard
 * Webhooks</a> describes it. Hear a door with it: {@code builder.listener(webhooks)}. Never in the way of a call: an event
 * is put into a bounded queue, and a receiver that is slow or dead costs the oldest of what waits.
 */
public final class Webhooks implements Listener, AutoCloseable {

    /** What can be posted. An event may belong to more than one, and is posted once. */
    public enum Topic {
        /** Calls left one provider for another, streams went on elsewhere or could not. */
        FAILOVER,
        /** A circuit closed, or probes put a provider back. */
        RECOVERY,
        /** A circuit opened, closed, was held or released. */
        CIRCUIT,
        /** Probes took a provider out, or put it back. */
        HEALTH,
        /** Another provider is asked first. */
        ACTIVE,
        /** An operator changed something. */
        AUDIT;

        /** The name in lower case, as it stands in configurations. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How hard it is tried to deliver a post.
     *
     * @param tries how often at most; 5
     * @param timeout for one try, from connecting to the answer's status; 5 s
     * @param backoff before the second try, doubling, ±50 % by chance, at most a minute; 1 s
     * @param maxAge a post that is older is given up; 10 min
     * @param queue so many posts wait at most, then the oldest is dropped and counted; 256
     */
    public record Delivery(int tries, Duration timeout, Duration backoff, Duration maxAge, int queue) {

        private static final Delivery DEFAULTS =
                new Delivery(5, Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMinutes(10), 256);

        public Delivery {
            if (tries < 1 || queue < 1) {
                throw new IllegalArgumentException("tries and queue are 1 or more: " + tries + ", " + queue);
            }
            positive("timeout", timeout);
            positive("backoff", backoff);
            positive("maxAge", maxAge);
        }

        public static Delivery defaults() {
            return DEFAULTS;
        }

        public Delivery withTries(int tries) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }

        public Delivery withTimeout(Duration timeout) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }

        public Delivery withBackoff(Duration backoff) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }

        public Delivery withMaxAge(Duration maxAge) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }

        public Delivery withQueue(int queue) {
            return new Delivery(tries, timeout, backoff, maxAge, queue);
        }
    }

    /**
     * The secret that receivers check signatures with, or several while they are being exchanged. Never printed. In the form
     * of <a href="https://www.standardwebhooks.com">Standard Webhooks</a>.
     */
    public static final class Secret {

        private final WebhookSignature signature;

        private Secret(WebhookSignature signature) {
            this.signature = signature;
        }

        /**
         * A post is signed with each of these secrets, so that a receiver that knows any of them accepts it.
         *
         * @param secrets {@code whsec_} and 24 to 64 random bytes in Base64, as {@code openssl rand -base64 32} makes them
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
     * Where to, what, and how.
     *
     * @param url where to post; https, or http to loopback
     * @param plainHttp whether http is allowed to anywhere; false
     * @param secret what posts are signed with
     * @param topics what is posted; all
     * @param quiet posts of one kind about the same thing: after the first, what follows in this time is one post; 10 s
     * @param delivery how hard it is tried
     */
    public record Options(
            URI url, boolean plainHttp, Secret secret, Set<Topic> topics, Duration quiet, Delivery delivery) {

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

        /** Everything, with all defaults. */
        public static Options to(URI url, Secret secret) {
            return new Options(
                    url, false, secret, EnumSet.allOf(Topic.class), Duration.ofSeconds(10), Delivery.defaults());
        }

        /** The same to a URL that may be plain http anywhere: others can read along. */
        public static Options toPlainHttp(URI url, Secret secret) {
            return new Options(
                    url, true, secret, EnumSet.allOf(Topic.class), Duration.ofSeconds(10), Delivery.defaults());
        }

        public Options withTopics(Set<Topic> topics) {
            return new Options(url, plainHttp, secret, topics, quiet, delivery);
        }

        public Options withQuiet(Duration quiet) {
            return new Options(url, plainHttp, secret, topics, quiet, delivery);
        }

        public Options withDelivery(Delivery delivery) {
            return new Options(url, plainHttp, secret, topics, quiet, delivery);
        }

        private static void requireSafe(URI url) {
            String host = url.getHost();
            boolean loopback = host != null && host.matches("(?i)localhost|127(\\.\\d{1,3}){3}|\\[::1]");
            boolean safe =
                    "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme()) && loopback;
            if (!safe) {
                throw new IllegalArgumentException("A webhook goes to https, or by http to loopback");
            }
        }

        /** Host and topics; the path may be a secret of its own. */
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
     * What became of the posts since the start.
     *
     * @param delivered taken by the receiver
     * @param givenUp refused, or tried in vain
     * @param dropped never tried, because too many waited or too many things happened at once
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

    /** Starts to hear. Nothing is sent before something happens; one post is on its way at a time, in order. */
    public static Webhooks start(Options options) {
        return start(
                options, Schedulers::parallel, () -> ThreadLocalRandom.current().nextLong());
    }

    static Webhooks start(Options options, Supplier<Scheduler> scheduler, RandomGenerator random) {
        return new Webhooks(options, scheduler, random);
    }

    /** Never waits: what is to be posted is put into a queue with a bound. */
    @Override
    public void on(Event event) {
        if (TopicFilter.covers(options.topics(), event) && !eventCoalescer.on(event)) {
            webhookQueue.drop();
        }
    }

    public Counts counts() {
        return webhookQueue.counts();
    }

    /** Posts nothing any more; what waits is dropped. */
    @Override
    public void close() {
        webhookQueue.close();
    }

    @Override
    public String toString() {
        return options + ": " + counts();
    }
}
