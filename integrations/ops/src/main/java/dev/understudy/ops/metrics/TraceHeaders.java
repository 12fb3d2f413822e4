package dev.understudy.ops.metrics;

import dev.understudy.chat.ChatRequest;
import io.micrometer.observation.Observation;
import io.micrometer.observation.transport.SenderContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/** Trace context of an attempt, as W3C's header fields. Others, such as baggage, are never sent to a vendor. */
final class TraceHeaders {

    private static final String PARENT = "traceparent";
    private static final String STATE = "tracestate";

    private volatile @Nullable String parent;
    private volatile @Nullable String state;

    void set(String field, String value) {
        switch (field.toLowerCase(Locale.ROOT)) {
            case PARENT -> parent = value;
            case STATE -> state = value;
            default -> {
                // is not for vendors
            }
        }
    }

    /** Returns the request with the trace context of the attempt in this Context, if there is one. */
    static ChatRequest added(ChatRequest request, ContextView context) {
        Observation observation = context.getOrDefault(CallObservation.KEY, null);
        return observation != null
                        && observation.getContextView() instanceof SenderContext<?> sender
                        && sender.getCarrier() instanceof TraceHeaders headers
                ? headers.addTo(request)
                : request;
    }

    private ChatRequest addTo(ChatRequest request) {
        String traceparent = parent;
        String tracestate = state;
        if (traceparent == null) {
            return request;
        }
        ChatRequest.Options options = request.options().withHeader(PARENT, traceparent);
        return request.withOptions(
                tracestate == null || tracestate.isEmpty() ? options : options.withHeader(STATE, tracestate));
    }
}
