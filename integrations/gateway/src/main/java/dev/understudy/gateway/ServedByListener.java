package dev.understudy.gateway;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.gateway.json.BadRequest;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Remembers which provider serves a call, from its events, and refuses the call if a provider cannot give what the client
 * asked for. Thread-safe.
 */
final class ServedByListener implements Listener {

    private static final String LOGPROBS = "logprobs";

    private final String requestedModel;
    private final AtomicInteger attempts = new AtomicInteger();
    private final Sinks.Empty<Void> refusal = Sinks.empty();
    private volatile Event.@Nullable FirstContent first;
    private volatile Event.@Nullable FirstContent last;

    ServedByListener(ChatRequest request) {
        this.requestedModel = request.model();
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.AttemptStarted) {
            attempts.incrementAndGet();
        } else if (event instanceof Event.FirstContent content) {
            first = first == null ? content : first;
            last = content;
        } else if (event instanceof Event.ProviderReported reported
                && reported.providerEvent() instanceof ProviderEvent.RequestAdapted adapted
                && adapted.parameter().equals(LOGPROBS)) {
            refusal.tryEmitError(BadRequest.field(
                    LOGPROBS, LOGPROBS + " are not given by " + adapted.provider() + "/" + adapted.model()));
        }
    }

    /** Fails if a provider is about to answer without something that the client asked for; never completes. */
    Mono<Void> refusal() {
        return refusal.asMono();
    }

    int attempts() {
        return attempts.get();
    }

    /** Returns the provider that began the answer. */
    @Nullable
    String provider() {
        Event.FirstContent known = first;
        return known == null ? null : known.provider();
    }

    /** Returns the model that began the answer. */
    @Nullable
    String firstModel() {
        Event.FirstContent known = first;
        return known == null ? null : known.model();
    }

    /** Returns the model that produces the answer now. */
    String model() {
        Event.FirstContent known = last;
        return known == null ? requestedModel : known.model();
    }
}
