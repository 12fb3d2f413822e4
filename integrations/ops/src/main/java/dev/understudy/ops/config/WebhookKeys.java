package dev.understudy.ops.config;

import dev.understudy.ops.webhook.Webhooks;
import dev.understudy.ops.webhook.Webhooks.Delivery;
import dev.understudy.ops.webhook.Webhooks.Options;
import dev.understudy.ops.webhook.Webhooks.Topic;
import dev.understudy.provider.endpoint.Transport.Addresses;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Keys of {@link Webhooks.Options}. */
final class WebhookKeys {

    private static final Delivery DEFAULTS = Delivery.defaults();

    private static final ConfigKey<Integer> TRIES =
            ConfigKey.of("tries", ScalarTypes.whole(1), DEFAULTS.tries(), "largest number of tries");
    private static final ConfigKey<Duration> TIMEOUT =
            ConfigKey.of("timeout", ScalarTypes.DURATION, DEFAULTS.timeout(), "time limit of one try");
    private static final ConfigKey<Duration> BACKOFF = ConfigKey.of(
            "backoff",
            ScalarTypes.DURATION,
            DEFAULTS.backoff(),
            "delay before the second try; doubles with each try, ±50 % at random");
    private static final ConfigKey<Duration> MAX_AGE =
            ConfigKey.of("maxAge", ScalarTypes.DURATION, DEFAULTS.maxAge(), "age at which a post is dropped");
    private static final ConfigKey<Integer> QUEUE = ConfigKey.of(
            "queue",
            ScalarTypes.whole(1),
            DEFAULTS.queue(),
            "largest number of waiting posts; beyond it the oldest is dropped");

    private static final ObjectType<Delivery> DELIVERY = new ObjectType<>(
            "delivery",
            "delivery of posts",
            List.of(TRIES, TIMEOUT, BACKOFF, MAX_AGE, QUEUE),
            values -> new Delivery(
                    values.get(TRIES),
                    values.get(TIMEOUT),
                    values.get(BACKOFF),
                    values.get(MAX_AGE),
                    values.get(QUEUE)));

    private static final ConfigKey<URI> URL =
            ConfigKey.required("url", ScalarTypes.URL, "URL that events are posted to");
    private static final ConfigKey<Webhooks.Secret> SECRET = ConfigKey.required(
            "secret", new SecretType<>(Webhooks.Secret::of), "secret that posts are signed with: `whsec_…`");
    private static final ConfigKey<List<Topic>> EVENTS = ConfigKey.of(
            "events",
            CollectionTypes.list(ScalarTypes.choice(Topic.class)),
            Arrays.asList(Topic.values()),
            "topics that are posted");
    private static final ConfigKey<Boolean> PLAIN_HTTP =
            ConfigKey.of("plainHttp", ScalarTypes.FLAG, false, "true allows http to another machine in `url`");
    private static final ConfigKey<Addresses> ADDRESSES = ConfigKey.of(
            "addresses",
            ScalarTypes.choice(Addresses.class),
            Addresses.PUBLIC,
            "addresses that `url` may resolve to: `public`, also those of `private` networks, or `any`; a private address that is "
                    + "the host of `url` is allowed");
    private static final ConfigKey<Duration> QUIET = ConfigKey.of(
            "quiet",
            ScalarTypes.PAUSE,
            Duration.ofSeconds(10),
            "time in which further events about the same subject are combined into one post");
    private static final ConfigKey<Delivery> DELIVERY_KEY =
            ConfigKey.of("delivery", DELIVERY, DEFAULTS, DELIVERY.doc());

    static final ObjectType<Options> SECTION = new ObjectType<>(
            "webhook",
            "a receiver of events",
            List.of(URL, SECRET, EVENTS, PLAIN_HTTP, ADDRESSES, QUIET, DELIVERY_KEY),
            WebhookKeys::options);

    private WebhookKeys() {}

    private static Options options(ConfigValues values) {
        List<Topic> events = values.get(EVENTS);
        if (events.isEmpty()) {
            throw new InvalidValueException(
                    "events",
                    "is empty, so nothing would be posted",
                    EVENTS.type().words());
        }
        Set<Topic> topics = EnumSet.copyOf(events);
        try {
            return new Options(
                    values.get(URL),
                    values.get(PLAIN_HTTP),
                    values.get(ADDRESSES),
                    values.get(SECRET),
                    topics,
                    values.get(QUIET),
                    values.get(DELIVERY_KEY));
        } catch (
                IllegalArgumentException
                        e) { // the other parts are checked before; the message does not contain the URL
            throw new InvalidValueException("url", String.valueOf(e.getMessage()), "https://host/path");
        }
    }
}
