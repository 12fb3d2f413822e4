package dev.understudy.spring.boot.test;

import dev.understudy.chat.ChatProvider;
import dev.understudy.spring.boot.UnderstudyConnectionDetails;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedServer;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The scripted providers of a test, by the names of the declared ones: {@link ScriptedProviders}. */
public final class ProviderScripts implements UnderstudyConnectionDetails, AutoCloseable {

    private static final String API_KEY = "no-key-in-tests";

    private final boolean wire;
    private final Map<String, ScriptedProvider> providers = new ConcurrentHashMap<>();
    private final Map<String, ScriptedServer> servers = new ConcurrentHashMap<>();

    ProviderScripts(boolean wire) {
        this.wire = wire;
    }

    /**
     * Returns the provider in memory that answers for a declared one.
     *
     * @param name name of a declared provider
     * @return the provider
     * @throws IllegalStateException if the providers of the test are servers
     */
    public ScriptedProvider provider(String name) {
        if (wire) {
            throw new IllegalStateException("The providers of this test are servers: use server(\"" + name + "\")");
        }
        return providers.computeIfAbsent(name, ScriptedProvider::named);
    }

    /**
     * Returns the server that a declared provider sends its requests to.
     *
     * @param name name of a declared provider
     * @return the server
     * @throws IllegalStateException if the providers of the test are in memory
     */
    public ScriptedServer server(String name) {
        if (!wire) {
            throw new IllegalStateException(
                    "The providers of this test are in memory: use provider(\"" + name + "\"), or wire = true");
        }
        return servers.computeIfAbsent(name, any -> ScriptedServer.start());
    }

    @Override
    public @Nullable Connection connection(String provider) {
        return wire ? new Connection(URI.create(server(provider).url()), API_KEY) : null;
    }

    @Override
    public @Nullable ChatProvider replacement(String provider) {
        return wire ? null : provider(provider);
    }

    /** Closes the servers. */
    @Override
    public void close() {
        servers.values().forEach(ScriptedServer::close);
    }
}
