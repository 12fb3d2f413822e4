package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.ops.log.Logs;
import dev.understudy.ops.metrics.Metrics;
import dev.understudy.ops.metrics.Observations;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.util.Logger;

/** What metrics and spans tell of a stream that somebody else went on with. */
class TakeoverSignalsTest {

    private static final ChatRequest ASKED = ChatRequest.of("m", "Tell me a story");
    private static final Failure RESET = Failure.of(FailureKind.CONNECT, "connection reset");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ObservationRegistry observations = ObservationRegistry.create();
    private final List<Observation.Context> ended = new ArrayList<>();
    private final ScriptedProvider one = ScriptedProvider.named("one")
            .can(Capabilities.assumed().withPrice(Capabilities.Price.of(2, 8)))
            .then(ScriptedAnswer.tokens("Once", " upon", " a ti", "me").failAfter(3, RESET));
    private final ScriptedProvider two = ScriptedProvider.named("two")
            .can(Capabilities.assumed().withFeature(Feature.PREFILL).withPrice(Capabilities.Price.of(1, 4)))
            .then(ScriptedAnswer.tokens("me"));

    @BeforeEach
    void remember() {
        observations.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public void onStop(Observation.Context context) {
                ended.add(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
    }

    private void play() {
        Metrics metrics = Metrics.to(meters).addModels("m");
        Understudy understudy = Understudy.builder()
                .name("understudy")
                .provider(one)
                .provider(two)
                .retry(RetryPolicy.none())
                .listener(metrics)
                .build();
        metrics.bind(understudy);
        ChatProvider observed = Observations.over(ResumingProvider.over(understudy), observations);
        observed.stream(ASKED).blockLast();
    }

    private static String key(Observation.Context context, String key) {
        KeyValue low = context.getLowCardinalityKeyValue(key);
        KeyValue value = low != null ? low : context.getHighCardinalityKeyValue(key);
        return value == null ? null : value.getValue();
    }

    private double sum(String name, String... tags) {
        Collection<Counter> counters = meters.find(name).tags(tags).counters();
        return counters.stream().mapToDouble(Counter::count).sum();
    }

    @Test
    void aTakeoverIsCountedOnceAndNoFailover() {
        play();
        assertThat(meters.get("understudy.takeover")
                        .tags("understudy", "understudy", "from", "one", "from.model", "m")
                        .tags("to", "two", "to.model", "m", "strategy", "prefill", "kind", "connect")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(sum("understudy.takeover")).isEqualTo(1);
        assertThat(sum("understudy.failover")).isZero();
        assertThat(sum("understudy.stream.lost")).isZero();
    }

    @Test
    void continuedStreamCountsAsOneCallThatWasServedByAFallback() {
        play();
        assertThat(meters.find("understudy.call").timers()).singleElement().satisfies(timer -> {
            assertThat(timer.count()).isEqualTo(1);
            assertThat(timer.getId().getTag("outcome")).isEqualTo("served");
            assertThat(timer.getId().getTag("fallback")).isEqualTo("true");
        });
    }

    @Test
    void continuedStreamIsLoggedWithoutAnError() {
        List<String> lines = new ArrayList<>();
        Understudy understudy = Understudy.builder()
                .provider(one)
                .provider(two)
                .retry(RetryPolicy.none())
                .listener(Logs.to(recorder(lines)))
                .build();
        ResumingProvider.over(understudy).stream(ASKED).blockLast();
        assertThat(lines).anyMatch(line -> line.startsWith("warn")).noneMatch(line -> line.startsWith("error"));
    }

    /** Returns a logger that adds the level and text of each line to a list. */
    private static Logger recorder(List<String> lines) {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (self, method, arguments) -> {
                    if (method.getReturnType() == boolean.class) {
                        return true;
                    }
                    lines.add(method.getName() + " " + arguments[0]);
                    return null;
                });
    }

    @Test
    void usageOfBothProvidersIsCounted() {
        play();
        assertThat(sum("understudy.tokens", "provider", "one", "outcome", "partial", "estimated", "true"))
                .isPositive();
        assertThat(sum("understudy.cost", "provider", "one", "outcome", "partial"))
                .isPositive();
        assertThat(sum("understudy.cost", "provider", "two", "outcome", "served"))
                .isPositive();
        assertThat(sum("understudy.attempts")).isEqualTo(2);
    }

    @Test
    void bothAttemptsHaveOneParentThatWasServed() {
        play();
        assertThat(ended)
                .extracting(Observation.Context::getName)
                .containsExactly("understudy.attempt", "understudy.attempt", "understudy.request");
        Observation.Context call = ended.get(2);
        assertThat(key(call, "understudy.outcome")).isEqualTo("served");
        assertThat(key(call, "gen_ai.provider.name")).isEqualTo("two");
        assertThat(key(call, "understudy.attempts")).isEqualTo("2");
        assertThat(ended.subList(0, 2))
                .allSatisfy(attempt -> assertThat(attempt.getParentObservation().getContextView())
                        .isSameAs(call));
        assertThat(ended.subList(0, 2))
                .extracting(attempt -> key(attempt, "understudy.trigger") + " " + key(attempt, "understudy.outcome"))
                .containsExactly("first partial", "takeover served");
    }
}
