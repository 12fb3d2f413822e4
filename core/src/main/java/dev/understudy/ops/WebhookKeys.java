package dev.understudy.ops;

import dev.understudy.provider.Secret;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/** {@link Webhook}. */
final class WebhookKeys {

    private static final Key<URI> URL = Key.required("url", Scalars.URL, "where events are posted");
    private static final Key<Secret> SECRET = Key.optional("secret", new Secrets(), "signs what is posted");
    private static final Key<List<Webhook.Topic>> EVENTS = Key.of(
            "events",
            Many.list(Scalars.choice(Webhook.Topic.class)),
            Arrays.asList(Webhook.Topic.values()),
            "what is told");

    static final Section<Webhook> SECTION = new Section<>(
            "webhook", "somebody who is told what happens", List.of(URL, SECRET, EVENTS), said -> {
                List<Webhook.Topic> events = said.get(EVENTS);
                if (events.isEmpty()) {
                    throw new Wrong("events", "is empty, so nothing is told", EVENTS.type().words());
                }
                return new Webhook(said.get(URL), said.find(SECRET), EnumSet.copyOf(events));
            });

    private WebhookKeys() {}
}
