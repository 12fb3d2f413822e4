package dev.understudy.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedDice;
import dev.understudy.Timers;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
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

/** Servers, providers and an ear for one scene; everything is closed when it is over. */
final class Rehearsal implements AfterEachCallback {

    static final ChatRequest REQUEST = ChatRequest.of("m", "Be brief.", "Who is there?");

    /** The shortest waits there are: the floor of 50 ms each time. */
    static final RetryPolicy QUICK = RetryPolicy.defaults().withBackoff(Duration.ofMillis(10), Duration.ofMillis(40));

    final List<Event> events = new CopyOnWriteArrayList<>();
    final Timers timers = new Timers(Schedulers.parallel());

    private final Sinks.Many<Event> told = Sinks.many().replay().all();
    private final List<AutoCloseable> open = new ArrayList<>();

    static {
        warmUp();
    }

    /** The first exchange of a JVM takes long: no scene that looks at the clock should be the one that pays. */
    private static void warmUp() {
        try (ScriptedServer server = ScriptedServer.start()) {
            for (Wire wire : Wire.values()) {
                try (ChatProvider provider = wire.provider(Wire.endpoint("warm", server, "k"))) {
                    provider.chat(REQUEST).block(Duration.ofMinutes(2));
                    provider.stream(REQUEST).blockLast(Duration.ofMinutes(2));
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<Arguments> everywhere() {
        return times(Arrays.stream(Wire.values()).map(Arguments::of), (Object[]) Door.values());
    }

    /** Each of these with each of those behind it. */
    static Stream<Arguments> times(Stream<Arguments> some, Object... others) {
        return some.flatMap(one -> Arrays.stream(others).map(other -> {
            List<Object> both = new ArrayList<>(List.of(one.get()));
            both.add(other);
            return Arguments.of(both.toArray());
        }));
    }

    ScriptedServer server() {
        return closing(ScriptedServer.start());
    }

    ChatProvider provider(Wire wire, String name, ScriptedServer server, String... keys) {
        return provider(wire, Wire.endpoint(name, server, keys));
    }

    ChatProvider provider(Wire wire, Endpoint endpoint) {
        return closing(wire.provider(endpoint));
    }

    <T extends AutoCloseable> T closing(T thing) {
        open.add(0, thing);
        return thing;
    }

    /** An understudy that does not wait for long, over these. */
    Understudy understudy(ChatProvider... providers) {
        return builder(providers).build();
    }

    UnderstudyBuilder builder(ChatProvider... providers) {
        UnderstudyBuilder builder = Understudy.builder()
                .retry(QUICK)
                .random(new FixedDice(0))
                .scheduler(timers)
                .listener(event -> {
                    events.add(event);
                    told.emitNext(event, Sinks.EmitFailureHandler.busyLooping(Duration.ofSeconds(1)));
                });
        Arrays.stream(providers).forEach(builder::provider);
        return builder;
    }

    /** Events so far and to come. */
    <E extends Event> Flux<E> told(Class<E> type) {
        return told.asFlux().ofType(type);
    }

    <E extends Event> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** The keys of the calls to a server, in order: who called when several providers stand before one server. */
    static List<String> callers(ScriptedServer server) {
        return server.calls().stream().map(RecordedRequest::key).toList();
    }

    /** Every timer of the door ran or was cancelled; one that brought the end may just be returning. */
    void assertNoTimerIsLeft() {
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
