package dev.understudy.ops;

import dev.understudy.ops.Webhooks.Delivery;
import dev.understudy.ops.Webhooks.Options;
import dev.understudy.ops.Webhooks.Topic;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@link Webhooks.Options}. */
final class WebhookKeys {

    private static final Delivery USUAL = Delivery.defaults();

    private static final Key<Integer> TRIES = Key.of("tries", Scalars.whole(1), USUAL.tries(), "how often at most");
    private static final Key<Duration> TIMEOUT = Key.of("timeout", Scalars.DURATION, USUAL.timeout(), "for one try");
    private static final Key<Duration> BACKOFF =
            Key.of("backoff", Scalars.DURATION, USUAL.backoff(), "before the second try, doubling, ±50 % by chance");
    private static final Key<Duration> MAX_AGE =
            Key.of("maxAge", Scalars.DURATION, USUAL.maxAge(), "a post that is older is given up");
    private static final Key<Integer> QUEUE =
            Key.of("queue", Scalars.whole(1), USUAL.queue(), "so many posts wait at most, then the oldest is dropped");

    private static final Section<Delivery> DELIVERY = new Section<>(
            "delivery",
            "how hard it is tried to deliver a post",
            List.of(TRIES, TIMEOUT, BACKOFF, MAX_AGE, QUEUE),
            said -> new Delivery(
                    said.get(TRIES), said.get(TIMEOUT), said.get(BACKOFF), said.get(MAX_AGE), said.get(QUEUE)));

    private static final Key<URI> URL = Key.required("url", Scalars.URL, "where events are posted");
    private static final Key<Webhooks.Secret> SECRET =
            Key.required("secret", new Secrets<>(Webhooks.Secret::of), "what posts are signed with: `whsec_…`");
    private static final Key<List<Topic>> EVENTS =
            Key.of("events", Many.list(Scalars.choice(Topic.class)), Arrays.asList(Topic.values()), "what is posted");
    private static final Key<Boolean> PLAIN_HTTP =
            Key.of("plainHttp", Scalars.FLAG, false, "whether `url` may be http to another machine");
    private static final Key<Duration> QUIET = Key.of(
            "quiet",
            Scalars.PAUSE,
            Duration.ofSeconds(10),
            "what follows about the same thing in this time is one post");
    private static final Key<Delivery> DELIVERY_KEY = Key.of("delivery", DELIVERY, USUAL, DELIVERY.doc());

    static final Section<Options> SECTION = new Section<>(
            "webhook",
            "somebody who is told what happens",
            List.of(URL, SECRET, EVENTS, PLAIN_HTTP, QUIET, DELIVERY_KEY),
            WebhookKeys::options);

    private WebhookKeys() {}

    private static Options options(Values said) {
        List<Topic> events = said.get(EVENTS);
        if (events.isEmpty()) {
            throw new Wrong(
                    "events",
                    "is empty, so nothing would be posted",
                    EVENTS.type().words());
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
            throw new Wrong("url", String.valueOf(e.getMessage()), "https://host/path");
        }
    }
}
