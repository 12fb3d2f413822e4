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

/** {@link Webhooks.Options}. */
final class WebhookKeys {

    private static final Delivery USUAL = Delivery.defaults();

    private static final ConfigKey<Integer> TRIES =
            ConfigKey.of("tries", ScalarTypes.whole(1), USUAL.tries(), "how often at most");
    private static final ConfigKey<Duration> TIMEOUT =
            ConfigKey.of("timeout", ScalarTypes.DURATION, USUAL.timeout(), "for one try");
    private static final ConfigKey<Duration> BACKOFF = ConfigKey.of(
            "backoff", ScalarTypes.DURATION, USUAL.backoff(), "before the second try, doubling, ±50 % by chance");
    private static final ConfigKey<Duration> MAX_AGE =
            ConfigKey.of("maxAge", ScalarTypes.DURATION, USUAL.maxAge(), "a post that is older is given up");
    private static final ConfigKey<Integer> QUEUE = ConfigKey.of(
            "queue", ScalarTypes.whole(1), USUAL.queue(), "so many posts wait at most, then the oldest is dropped");

    private static final ObjectType<Delivery> DELIVERY = new ObjectType<>(
            "delivery",
            "how hard it is tried to deliver a post",
            List.of(TRIES, TIMEOUT, BACKOFF, MAX_AGE, QUEUE),
            said -> new Delivery(
                    said.get(TRIES), said.get(TIMEOUT), said.get(BACKOFF), said.get(MAX_AGE), said.get(QUEUE)));

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
    private static final ConfigKey<Delivery> DELIVERY_KEY = ConfigKey.of("delivery", DELIVERY, USUAL, DELIVERY.doc());

    static final ObjectType<Options> SECTION = new ObjectType<>(
            "webhook",
            "somebody who is told what happens",
            List.of(URL, SECRET, EVENTS, PLAIN_HTTP, QUIET, DELIVERY_KEY),
            WebhookKeys::options);

    private WebhookKeys() {}

    private static Options options(ConfigValues said) {
        List<Topic> events = said.get(EVENTS);
        if (events.isEmpty()) {
            throw new InvalidValueException(
                    "events",
                    "is empty, so nothing would be posted",
                    EVENTS.valueType().words());
        }
        Set<Topic> topics = EnumSet.copyOf(events);
        try {
            return new Options(
                    said.get(URL),
                    said.get(PLAIN_HTTP),
                    said.get(SECRET),
                    topics,
                    said.get(QUIET),
                    said.get(DELIVERY_KEY));
        } catch (IllegalArgumentException e) { // all else is checked; the message tells nothing of the URL
            throw new InvalidValueException("url", String.valueOf(e.getMessage()), "https://host/path");
        }
    }
}
