package dev.understudy.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.ops.Day;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens, as numbers. */
class MetricsTest {

    private static final double SPENT_BY_A = (60 * 2 + 40 * 2 + 50 * 8) / 1e6;

    private static final String SCRAPED = scrapedAfterADay();

    private final MeterRegistry registry = new SimpleMeterRegistry();

    private static Day day(MeterRegistry registry) {
        Metrics metrics = Metrics.to(registry).addGenAiMeters();
        Day day = new Day(metrics);
        metrics.bind(day.understudy);
        return day;
    }

    private static String scrapedAfterADay() {
        PrometheusMeterRegistry prometheus =
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), new MockClock());
        Day day = day(prometheus);
        day.play();
        day.a.then(Day.answer().withUsage(Usage.of(100, 50).withCacheWrite(30)));
        day.ask(false);
        Metrics.to(prometheus).timingChunks(ScriptedProvider.named("openai")).stream(ChatRequest.of("m", "?"))
                .blockLast();
        return prometheus.scrape();
    }

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }

    private double read(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private double sum(String name, String... tags) {
        return registry.find(name).tags(tags).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    @Test
    void gaugesFollowTheAgentsWhateverIsChanged() {
        Metrics metrics = Metrics.to(registry);
        Config config = Config.parse(
                "providers: {a: {supplied: true}, b: {supplied: true}}\nagents: {support: {primary: a}, sales: {}}",
                Map.of());
        try (Agents agents = Agents.builder(config)
                .supply(ScriptedProvider.named("a"))
                .supply(ScriptedProvider.named("b"))
                .listener(metrics)
                .open()) {
            metrics.bind(agents);
            assertThat(read("understudy.provider.active", "understudy", "support", "provider", "a"))
                    .isEqualTo(1);
            agents.change("support", agents.failover("support").withPrimary("b").withBackups(List.of("a")));
            assertThat(read("understudy.provider.active", "understudy", "support", "provider", "a"))
                    .isZero();
            assertThat(read("understudy.provider.active", "understudy", "support", "provider", "b"))
                    .isEqualTo(1);
            agents.swap(Config.parse("providers: {a: {supplied: true}}\nagents: {support: {}, new: {}}", Map.of()));
            agents.provider("new").chat(ChatRequest.of("m", "?")).block(Duration.ofSeconds(10));
            assertThat(read("understudy.provider.active", "understudy", "support", "provider", "b"))
                    .isNaN();
            assertThat(read("understudy.provider.active", "understudy", "sales", "provider", "a"))
                    .isNaN();
            assertThat(read("understudy.provider.active", "understudy", "new", "provider", "a"))
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Meters.class)
    void everyMetricIsScrapedAfterADay(Meters meters) {
        String name = meters.title().replace('.', '_');
        String suffix =
                switch (meters.type()) {
                    case TIMER -> "_seconds_count{";
                    case COUNTER -> "_total{";
                    case GAUGE -> "{";
                };
        String line = SCRAPED.lines()
                .filter(each -> each.startsWith(name + suffix))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + suffix + " is not in\n" + SCRAPED));
        for (String tag : meters.tags()) {
            assertThat(line).contains(tag.replace('.', '_') + "=\"");
        }
    }

    /** {@code -Dunderstudy.write=true} writes the file. */
    @Test
    void scrapeIsThatOfTheFile() throws IOException {
        Path file = Path.of("src/test/resources/dev/understudy/ops/scrape-of-a-day.txt");
        String scraped = SCRAPED.lines().sorted().collect(Collectors.joining("\n", "", "\n"));
        if (Boolean.getBoolean("understudy.write")) {
            Files.writeString(file, scraped);
        }
        assertThat(scraped).isEqualTo(Files.readString(file));
    }

    @Test
    void metricsAndObservationsCountEachCallOnce() {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
        Day day = day(registry);
        ChatProvider observed = Observations.over(day.understudy, observations);
        day.a.then(ScriptedAnswer.fail(Day.failure(FailureKind.SERVER)), Day.answer());
        observed.stream(Day.REQUEST).subscribe(any -> {}, error -> {});
        day.clock.advanceTimeBy(Duration.ofSeconds(2));
        for (String timer : List.of(
                "understudy.call",
                "understudy.request",
                "gen_ai.client.inference.duration",
                "gen_ai.client.inference.time_to_first_chunk")) {
            assertThat(registry.get(timer).timers()).singleElement().satisfies(one -> assertThat(one.count())
                    .isEqualTo(1));
        }
        assertThat(sum("gen_ai.client.inference.usage.input_tokens", "gen_ai.provider.name", "a"))
                .isEqualTo(100);
        assertThat(sum("gen_ai.client.inference.usage.reasoning.output_tokens")).isEqualTo(20);
        assertThat(sum("understudy.attempts")).isEqualTo(2);
        assertThat(registry.get("understudy.attempt").timers().stream()
                        .mapToLong(Timer::count)
                        .sum())
                .isEqualTo(2);
    }

    @Test
    void failedCallHasItsKindAsErrorType() {
        Day day = day(registry);
        day.exhausted(true);
        assertThat(registry.get("gen_ai.client.inference.duration")
                        .tags("error.type", "invalid_request", "gen_ai.provider.name", "none")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailoverIsCountedOnceWithThePrimaryAndTheChosenFallback(boolean streamed) {
        Day day = day(registry);
        day.failedOver(streamed);
        assertThat(registry.find("understudy.failover").counters()).hasSize(1);
        assertThat(count(
                        "understudy.failover",
                        "understudy",
                        "day",
                        "from",
                        "a",
                        "from.model",
                        "a-1",
                        "to",
                        "b",
                        "to.model",
                        "b-1",
                        "kind",
                        "auth"))
                .isEqualTo(1);
        assertThat(registry.get("understudy.call")
                        .tags("outcome", "served", "fallback", "true", "operation", streamed ? "stream" : "chat")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tokensAndCostsHaveTheProviderThatServed(boolean streamed) {
        Day day = day(registry);
        day.failedOver(streamed);
        assertThat(registry.find("understudy.tokens").tags("provider", "a").counters())
                .isEmpty();
        assertThat(count("understudy.tokens", "provider", "b", "model", "b-1", "type", "input"))
                .isEqualTo(60);
        assertThat(count("understudy.tokens", "provider", "b", "type", "cached_input"))
                .isEqualTo(40);
        assertThat(count("understudy.tokens", "provider", "b", "type", "output"))
                .isEqualTo(30);
        assertThat(count("understudy.tokens", "provider", "b", "type", "reasoning"))
                .isEqualTo(20);
        assertThat(count("understudy.cost", "provider", "b", "outcome", "served", "estimated", "false"))
                .isCloseTo(SPENT_BY_A / 2, Offset.offset(1e-12));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wastedAttemptsAreCountedSeparately(boolean streamed) {
        Day day = day(registry);
        day.hedged(streamed);
        assertThat(count("understudy.hedge", "from", "a", "to", "b")).isEqualTo(1);
        assertThat(count("understudy.attempts", "provider", "a", "outcome", "wasted"))
                .isEqualTo(1);
        assertThat(count("understudy.attempts", "provider", "b", "outcome", "served"))
                .isEqualTo(1);
        assertThat(sum("understudy.tokens", "provider", "a", "outcome", "wasted", "estimated", "true"))
                .isPositive();
        assertThat(sum("understudy.cost", "provider", "a", "outcome", "wasted", "estimated", "true"))
                .isPositive();
    }

    @Test
    void cancelledAndPartialAttemptsAreCharged() {
        Day day = day(registry);
        day.cancelled(true);
        assertThat(count("understudy.attempts", "provider", "a", "outcome", "cancelled"))
                .isEqualTo(2);
        assertThat(sum("understudy.tokens", "type", "output", "outcome", "cancelled"))
                .isPositive();
        day.cut();
        assertThat(count("understudy.attempts", "provider", "a", "outcome", "partial", "kind", "server"))
                .isEqualTo(1);
        assertThat(sum("understudy.tokens", "type", "output", "outcome", "partial"))
                .isPositive();
        assertThat(sum("understudy.cost", "outcome", "partial")).isPositive();
        assertThat(registry.get("understudy.call")
                        .tags("outcome", "partial")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void everyCallAndEveryAttemptEndsInOneOutcome() {
        Day day = day(registry);
        day.play();
        double ended = registry.find("understudy.call").timers().stream()
                .mapToDouble(timer -> timer.count())
                .sum();
        long begun = day.events.stream()
                .filter(event -> event instanceof Event.CallSucceeded
                        || event instanceof Event.CallFailed
                        || event instanceof Event.CallCancelled)
                .count();
        assertThat(ended).isEqualTo(begun);
        double attempts = sum("understudy.attempts");
        long started = day.events.stream()
                .filter(Event.AttemptStarted.class::isInstance)
                .count();
        assertThat(attempts).isEqualTo(started);
    }

    @Test
    void gaugesShowTheStateOfProviders() {
        Day day = day(registry);
        day.served(false);
        assertThat(read("understudy.provider.health", "provider", "a", "status", "healthy"))
                .isEqualTo(1);
        assertThat(read("understudy.provider.health", "provider", "b", "status", "unknown"))
                .isEqualTo(1);
        assertThat(read("understudy.provider.active", "provider", "a")).isEqualTo(1);
        assertThat(read("understudy.provider.active", "provider", "b")).isZero();
        assertThat(read("understudy.in.flight", "provider", "a")).isZero();
        assertThat(read("understudy.retry.tokens", "provider", "a")).isEqualTo(10);
        assertThat(read("understudy.circuit.state", "provider", "a", "model", "a-1", "state", "closed"))
                .isEqualTo(1);
        assertThat(read("understudy.circuit.state", "provider", "a", "model", "a-1", "state", "open"))
                .isZero();
    }

    @Test
    void understudyOfTheSameNameReplacesTheGauges() {
        Metrics metrics = Metrics.to(registry);
        Understudy old = Understudy.builder()
                .name("d")
                .provider(ScriptedProvider.named("a"))
                .provider(ScriptedProvider.named("b"))
                .build();
        metrics.bind(old);
        Understudy next = Understudy.builder()
                .name("d")
                .provider(ScriptedProvider.named("b"))
                .build();
        metrics.bind(next);
        assertThat(read("understudy.provider.active", "provider", "a")).isNaN();
        assertThat(read("understudy.provider.active", "provider", "b")).isEqualTo(1);
        assertThat(registry.find("understudy.provider.active").gauges()).hasSize(2);
    }

    @Test
    void unknownModelsAreTaggedOther() {
        Metrics metrics = Metrics.to(registry).addModels("gpt-5");
        Understudy understudy = Understudy.builder()
                .provider(ScriptedProvider.named("a"))
                .fallback("chain", "link")
                .listener(metrics)
                .build();
        metrics.bind(understudy);
        for (String model : List.of("gpt-5", "chain", "link", "invented-1", "invented-2")) {
            understudy.chat(ChatRequest.of(model, "hello")).block(Duration.ofSeconds(5));
        }
        Set<String> models = new TreeSet<>();
        for (Meter meter : registry.getMeters()) {
            String model = meter.getId().getTag("model");
            if (model != null) {
                models.add(model);
            }
        }
        assertThat(models).containsExactly("chain", "gpt-5", "link", "other");
        assertThat(registry.get("understudy.call")
                        .tags("model", "other")
                        .timer()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void callersCannotMakeSeriesWithoutEnd() {
        Day day = day(registry);
        day.play();
        int series = registry.getMeters().size();
        for (int i = 0; i < 200; i++) {
            ChatRequest request = ChatRequest.of("model " + i, "hello " + i);
            day.understudy.stream(request)
                    .contextWrite(CallContext.tag("tenant", "t" + i))
                    .onErrorComplete()
                    .blockLast(Duration.ofSeconds(5));
        }
        assertThat(registry.getMeters().size() - series).isLessThanOrEqualTo(1);
    }

    @Test
    void noPromptNoAnswerAndNoTagOfACallerStandsInAMetric() {
        assertThat(SCRAPED).doesNotContain("canary", "sings", "errand", "key#");
    }

    @Test
    void withoutUnderstudyThereAreNoGaugesAndNoCosts() {
        Metrics metrics = Metrics.to(registry).addModels("a-1");
        Day day = new Day(metrics);
        day.served(false);
        assertThat(registry.find("understudy.cost").counters()).isEmpty();
        assertThat(registry.find("understudy.in.flight").gauges()).isEmpty();
        assertThat(count("understudy.attempts", "provider", "a", "model", "a-1", "outcome", "served"))
                .isEqualTo(1);
    }

    @Test
    void eachMetricAlwaysHasTheTagsOfItsRow() {
        day(registry).play();
        for (Meters meters : Meters.values()) {
            for (Meter meter : registry.find(meters.title()).meters()) {
                assertThat(meter.getId().getTags())
                        .extracting(Tag::getKey)
                        .containsExactlyInAnyOrderElementsOf(meters.tags());
            }
        }
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .isSubsetOf(Arrays.stream(Meters.values()).map(Meters::title).toList());
    }
}
