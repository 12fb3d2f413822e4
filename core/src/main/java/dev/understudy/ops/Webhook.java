package dev.understudy.ops;

import dev.understudy.provider.Secret;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is told what happens.
 *
 * @param url where it is posted
 * @param secret signs what is posted; {@code null} for no signature
 * @param events what is told
 */
public record Webhook(URI url, @Nullable Secret secret, Set<Topic> events) {

    /** What somebody can be told of. */
    public enum Topic {
        /** A call went to another provider or model, or another provider is asked first from now on. */
        FAILOVER,
        /** The primary is asked first again, or a provider is healthy again. */
        RECOVERY,
        /** A circuit opened, closed or lets a trial through. */
        CIRCUIT,
        /** Health checks took a provider out of rotation, or put it back. */
        HEALTH,
        /** A configuration was accepted or refused. */
        CONFIG
    }

    public Webhook {
        events = Set.copyOf(events);
    }

    /** Its path and query may hold a token, so only the host is told. */
    @Override
    public String toString() {
        return "Webhook[" + url.getHost() + ", " + events + "]";
    }
}
