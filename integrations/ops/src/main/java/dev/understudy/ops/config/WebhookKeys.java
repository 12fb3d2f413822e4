package dev.understudy.ops.config;

import dev.understudy.ops.webhook.Webhooks;
import dev.understudy.ops.webhook.Webhooks.Delivery;
import dev.understudy.ops.webhook.Webhooks.Options;
import dev.understudy.ops.webhook.Webhooks.Topic;
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
            ConfigKey.of("tries", ScalarTypes.whole(1), DEFAULTS.tries(), "how often at most");
    private static final ConfigKey<Duration> TIMEOUT =
            ConfigKey.of("timeout", ScalarTypes.DURATION, DEFAULTS.timeout(), "for one try");
    private static final ConfigKey<Duration> BACKOFF = ConfigKey.of(
            "backoff", ScalarTypes.DURATION, DEFAULTS.backoff(), "before the second try, doubling, ±50 % by chance");
    private static final ConfigKey<Duration> MAX_AGE =
            ConfigKey.of("maxAge", ScalarTypes.DURATION, DEFAULTS.maxAge(), "a post that is older is given up");
    private static final ConfigKey<Integer> QUEUE = ConfigKey.of(
            "queue", ScalarTypes.whole(1), DEFAULTS.queue(), "so many posts wait at most, then the oldest is dropped");

    private static final ObjectType<Delivery> DELIVERY = new ObjectType<>(
            "delivery",
            "how hard it is tried to deliver a post",
            List.of(TRIES, TIMEOUT, BACKOFF, MAX_AGE, QUEUE),
            values -> new Delivery(
                    values.get(TRIES),
                    values.get(TIMEOUT),
                    values.get(BACKOFF),
                    values.get(MAX_AGE),
                    values.get(QUEUE)));

    private static final ConfigKey<URI> URL = ConfigKey.required("url", ScalarTypes.URL, "where events are posted");
    private static final ConfigKey<Webhooks.Secret> SECRET = ConfigKey.required(
            "secret", new SecretType<>(Webhooks.Secret::of), "what posts are signed with: `whsec_…`");
    private static final ConfigKey<List<Topic>> EVENTS = ConfigKey.of(
            "events",
            CollectionTypes.list(ScalarTypes.choice(Topic.class)),
            Arrays.asList(Topic.values()),
            "what is posted");
    private static final ConfigKey<Boolean> PLAIN_HTTP =
            ConfigKey.of("plainHttp", ScalarTypes.FLAG, false, "whether `url` may be http to another machine");
    private static final ConfigKey<Duration> QUIET = ConfigKey.of(
            "quiet",
            ScalarTypes.PAUSE,
            Duration.ofSeconds(10),
            "what follows about the same thing in this time is one post");
    private static final ConfigKey<Delivery> DELIVERY_KEY =
            ConfigKey.of("delivery", DELIVERY, DEFAULTS, DELIVERY.doc());

    static final ObjectType<Options> SECTION = new ObjectType<>(
            "webhook",
            "somebody who is told what happens",
            List.of(URL, SECRET, EVENTS, PLAIN_HTTP, QUIET, DELIVERY_KEY),
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
