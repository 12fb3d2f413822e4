package dev.understudy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedRandom;
import dev.understudy.TrackedTimers;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.TlsCertificates;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Servers, providers and recorded events of one test; everything is closed after it. */
public final class SocketScenario implements AfterEachCallback {

    /** True if the servers speak HTTP/2 over TLS instead of HTTP/1.1; set by {@code -Dunderstudy.http2=true}. */
    public static final boolean HTTP2 = Boolean.getBoolean("understudy.http2");

    public static final ChatRequest REQUEST = ChatRequest.of("m", "Be brief.", "Who is there?");

    /** Retries with the shortest delays: the floor of 50 ms. */
    public static final RetryPolicy QUICK =
            RetryPolicy.defaults().withBackoff(Duration.ofMillis(10), Duration.ofMillis(40));

    public final List<Event> events = new CopyOnWriteArrayList<>();
    public final TrackedTimers timers = new TrackedTimers(Schedulers.parallel());

    private final Sinks.Many<Event> told = Sinks.many().replay().all();
    private final List<AutoCloseable> open = new ArrayList<>();

    static {
        warmUp();
    }

    /** Makes the first exchange of the JVM, which is slow, before any test measures time. */
    private static void warmUp() {
        try (ScriptedServer server = newServer()) {
            for (SocketDialect dialect : SocketDialect.values()) {
                try (ChatProvider provider = dialect.provider(SocketDialect.endpoint("warm", server, "k"))) {
                    provider.chat(REQUEST).block(Duration.ofMinutes(2));
                    provider.stream(REQUEST).blockLast(Duration.ofMinutes(2));
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public static Stream<Arguments> everywhere() {
        return times(Arrays.stream(SocketDialect.values()).map(Arguments::of), (Object[]) CallKind.values());
    }

    /** Returns the combinations of two sets of arguments. */
    public static Stream<Arguments> times(Stream<Arguments> some, Object... others) {
        return some.flatMap(one -> Arrays.stream(others).map(other -> {
            List<Object> both = new ArrayList<>(List.of(one.get()));
            both.add(other);
            return Arguments.of(both.toArray());
        }));
    }

    public ScriptedServer server() {
        return closing(newServer());
    }

    private static ScriptedServer newServer() {
        return HTTP2 ? TlsCertificates.server() : ScriptedServer.start();
    }

    public ChatProvider provider(SocketDialect dialect, String name, ScriptedServer server, String... keys) {
        return provider(dialect, SocketDialect.endpoint(name, server, keys));
    }

    public ChatProvider provider(SocketDialect dialect, Endpoint endpoint) {
        return closing(dialect.provider(endpoint));
    }

    public <T extends AutoCloseable> T closing(T thing) {
        open.add(0, thing);
        return thing;
    }

    /** Returns a client with short delays. */
    public Understudy understudy(ChatProvider... providers) {
        return builder(providers).build();
    }

    public UnderstudyBuilder builder(ChatProvider... providers) {
        UnderstudyBuilder builder = Understudy.builder()
                .retry(QUICK)
                .random(new FixedRandom(0))
                .scheduler(timers)
                .listener(event -> {
                    events.add(event);
                    told.emitNext(event, Sinks.EmitFailureHandler.busyLooping(Duration.ofSeconds(1)));
                });
        Arrays.stream(providers).forEach(builder::provider);
        return builder;
    }

    /** Emits past and future events. */
    public <E extends Event> Flux<E> told(Class<E> type) {
        return told.asFlux().ofType(type);
    }

    public <E extends Event> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Returns the API keys of the calls to a server in order, which identify providers that share it. */
    public static List<String> callers(ScriptedServer server) {
        return server.calls().stream().map(RecordedRequest::key).toList();
    }

    /** Checks that every timer ran or was cancelled; the timer that ended the call may still be returning. */
    public void assertNoTimerIsLeft() {
        Long left = Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                .map(i -> timers.left())
                .takeUntil(count -> count == 0)
                .take(Duration.ofSeconds(2))
                .blockLast();
        assertThat(left).isZero();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable thing : open) {
            thing.close();
        }
    }
}
