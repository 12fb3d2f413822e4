package dev.understudy.behaviour;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Feature;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedServer;

/** The dialects that are spoken on real sockets. */
enum Wire {
    OPENAI {
        @Override
        ChatProvider provider(Endpoint endpoint) {
            return Providers.openAi(endpoint);
        }
    },
    ANTHROPIC {
        @Override
        ChatProvider provider(Endpoint endpoint) {
            return Providers.anthropic(endpoint);
        }
    };

    abstract ChatProvider provider(Endpoint endpoint);

    /** Its silence is borne as the door's timeouts for reasoning models say, and nobody else's is. */
    static Endpoint impatient(String name, ScriptedServer server, String... keys) {
        return endpoint(name, server, keys)
                .withModel(Rehearsal.REQUEST.model(), Capabilities.assumed().withFeature(Feature.REASONING));
    }

    static Endpoint endpoint(String name, ScriptedServer server, String... keys) {
        return Endpoint.of(name, server.url(), keys);
    }
}
