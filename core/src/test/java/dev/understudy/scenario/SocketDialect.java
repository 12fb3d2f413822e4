package dev.understudy.scenario;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Feature;
import dev.understudy.provider.Providers;
import dev.understudy.provider.TlsCertificates;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedServer;

/** Dialects that are tested on real sockets. */
public enum SocketDialect {
    OPENAI {
        @Override
        public ChatProvider provider(Endpoint endpoint) {
            return Providers.openAi(endpoint);
        }
    },
    ANTHROPIC {
        @Override
        public ChatProvider provider(Endpoint endpoint) {
            return Providers.anthropic(endpoint);
        }
    };

    public abstract ChatProvider provider(Endpoint endpoint);

    /** Returns an endpoint with a reasoning model, so that the timeouts for reasoning models apply to it only. */
    public static Endpoint impatient(String name, ScriptedServer server, String... keys) {
        return endpoint(name, server, keys)
                .withModel(
                        SocketScenario.REQUEST.model(), Capabilities.assumed().withFeature(Feature.REASONING));
    }

    public static Endpoint endpoint(String name, ScriptedServer server, String... keys) {
        return endpoint(name, server.url(), keys);
    }

    /** Returns an endpoint that trusts the certificate of the servers of tests. */
    public static Endpoint endpoint(String name, String url, String... keys) {
        return Endpoint.of(name, url, keys).withTransport(TlsCertificates.transport());
    }
}
