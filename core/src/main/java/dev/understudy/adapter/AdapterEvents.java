package dev.understudy.adapter;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.util.List;
import java.util.Map;

/** Events of requests that lost a part on their way from another library, before the call begins. */
public final class AdapterEvents {

    private AdapterEvents() {}

    /**
     * Returns the listener of an understudy, also below decorators.
     *
     * @param provider any provider
     * @return the listener; {@link Listener#none()} for other providers
     */
    public static Listener listener(ChatProvider provider) {
        ChatProvider inner = provider;
        while (inner instanceof ForwardingChatProvider forwarding) {
            inner = forwarding.delegate();
        }
        return inner instanceof Understudy understudy ? understudy.listener() : Listener.none();
    }

    /**
     * Reports parts that were left out.
     *
     * @param listener receives an event for each part
     * @param provider name of the provider
     * @param model the model in the request
     * @param stream {@code true} if the call is streamed
     * @param parts names of the parts
     */
    public static void leftOut(Listener listener, String provider, String model, boolean stream, List<String> parts) {
        Event.CallId call = new Event.CallId(0, provider, model, stream, Map.of());
        for (String part : parts) {
            Listener.safely(
                    listener,
                    new Event.ProviderReported(
                            call,
                            new ProviderEvent.RequestAdapted(provider, model, part, ProviderEvent.Change.LEFT_OUT)));
        }
    }
}
