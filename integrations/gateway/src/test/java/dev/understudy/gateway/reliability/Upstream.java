package dev.understudy.gateway.reliability;

import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A server, or an address without one. */
interface Upstream extends AutoCloseable {

    /** Base URL of the provider. */
    String url();

    /** Times of the calls so far, probes excluded. */
    List<Duration> calls();

    /** Number of calls that the client ended before the server did. */
    int cancelled();

    /** Is told before the first call of the test. */
    default void called() {}

    @Override
    void close();

    /** A server that answers by script. */
    static Upstream scripted(Consumer<ScriptedServer> script) {
        ScriptedServer server = ScriptedServer.start();
        script.accept(server);
        return of(server);
    }

    /** An address that refuses connections. */
    static Upstream refusing() {
        return of(ScriptedServer.refusing());
    }

    private static Upstream of(ScriptedServer server) {
        return new Upstream() {
            @Override
            public String url() {
                return server.url();
            }

            @Override
            public List<Duration> calls() {
                return server.calls().stream().map(RecordedRequest::at).toList();
            }

            @Override
            public int cancelled() {
                return (int) server.calls().stream()
                        .filter(call -> call.ending() == RecordedRequest.Ending.CLIENT_CANCELLED)
                        .count();
            }

            @Override
            public void close() {
                server.close();
            }
        };
    }

    /** An address that is not served by this test. */
    static Upstream at(String url) {
        return new Upstream() {
            @Override
            public String url() {
                return url;
            }

            @Override
            public List<Duration> calls() {
                return List.of();
            }

            @Override
            public int cancelled() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }
}
