package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.understudy.adapter.AdapterEvents;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.event.Listener;
import java.util.List;
import java.util.Set;

/**
 * Values that both models have.
 *
 * @param provider the provider that answers
 * @param parameters parameters of requests that set none
 * @param listeners listeners of LangChain4j
 * @param events hears of parameters that were left out
 */
record ModelSettings(
        ChatProvider provider,
        UnderstudyChatRequestParameters parameters,
        List<ChatModelListener> listeners,
        Listener events) {

    ModelSettings {
        listeners = List.copyOf(listeners);
    }

    static ModelSettings of(ChatProvider provider) {
        return new ModelSettings(
                provider,
                UnderstudyChatRequestParameters.builder().build(),
                List.of(),
                AdapterEvents.listener(provider));
    }

    ModelSettings withParameters(ChatRequestParameters parameters) {
        return new ModelSettings(provider, this.parameters.overrideWith(parameters), listeners, events);
    }

    ModelSettings withListeners(List<ChatModelListener> listeners) {
        return new ModelSettings(provider, parameters, listeners, events);
    }

    ModelSettings withEvents(Listener events) {
        return new ModelSettings(provider, parameters, listeners, events);
    }

    ChatRequest request(dev.langchain4j.model.chat.request.ChatRequest request, boolean stream) {
        ChatRequest mapped = RequestMapper.request(request);
        if (request.parameters() instanceof UnderstudyChatRequestParameters own) {
            AdapterEvents.leftOut(events, provider.name(), mapped.model(), stream, own.leftOut());
        }
        return mapped;
    }

    Set<Capability> capabilities() {
        String model = parameters.modelName();
        boolean schema = model == null || provider.capabilities(model).has(Feature.JSON_SCHEMA);
        return schema ? Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA) : Set.of();
    }
}
