package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.FixedRandom;
import dev.understudy.SilentProvider;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatException.Rejected.Reason;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.Permit;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.Selection;
import dev.understudy.policy.TokenCounter;
import dev.understudy.pool.Cooldowns;
import dev.understudy.pool.PoolEvents;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.ProviderPool;
import dev.understudy.pool.Route;
import dev.understudy.pool.StatePublisher;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Plans with routes that cannot or should not be asked: which are left out, which come last, and which is a last resort. */
class UnavailableRoutesTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "hello");
    private static final long NOW = Duration.ofHours(1).toNanos();
    private static final Duration TEN = Duration.ofSeconds(10);

    private final Cooldowns cooldowns = new Cooldowns(StatePublisher.OFF);
    private final PooledProvider a = provider("a");
    private final PooledProvider b = provider("b");
    private final PooledProvider c = provider("c");

    @Nested
    class LastResort {

        @Test
        void circuitThatReopensFirstIsTheLastResort() {
            open(a, TEN.multipliedBy(2));
            open(b, TEN);
            Plan plan = plan(a, b, c);
            assertThat(names(plan)).containsExactly("c/m", "b/m");
            assertThat(plan.availableAt()).containsExactly(0L, 0L);
            assertThat(plan.isLastResort(0)).isFalse();
            assertThat(plan.isLastResort(1)).isTrue();
            assertThat(plan.first().name()).isEqualTo("a");
            assertThat(skips(plan))
                    .containsExactly("a circuit forced open for 20000 ms", "b circuit forced open for 10000 ms");
        }

        @Test
        void firstOfEqualCircuitsIsTheLastResort() {
            open(a, TEN);
            open(b, TEN);
            assertThat(names(plan(a, b))).containsExactly("a/m");
        }

        @Test
        void circuitForcedOpenWithoutEndIsNone() {
            open(a, null);
            assertThat(names(plan(a, b))).containsExactly("b/m");
            assertThat(skips(plan(a, b))).containsExactly("a circuit forced open");
        }

        @Test
        void trialInProgressLeavesNoOther() {
            beginTrial(a);
            open(b, TEN);
            Plan plan = plan(a, b, c);
            assertThat(names(plan)).containsExactly("c/m");
            assertThat(plan.isLastResort(0)).isFalse();
        }

        @Test
        void trialInProgressIsNamedWhenNoOtherRouteIsLeft() {
            open(b, TEN);
            beginTrial(a);
            assertThat(names(plan(b, a))).containsExactly("a/m");
            assertThat(plan(b, a).isLastResort(0)).isTrue();
        }

        @Test
        void heldProviderIsNone() {
            a.hold(TEN, NOW);
            assertThat(names(plan(a, b))).containsExactly("b/m");
            assertThat(skips(plan(a, b))).containsExactly("a is held for maintenance for 10000 ms");
            open(b, TEN);
            assertThat(names(plan(a, b))).containsExactly("b/m");
        }

        @Test
        void callIsRejectedWhenAllAreHeld() {
            a.hold(null, NOW);
            b.hold(TEN, NOW);
            assertThatExceptionOfType(ChatException.Rejected.class)
                    .isThrownBy(() -> plan(a, b))
                    .withMessageContaining("All providers that could answer are held back")
                    .satisfies(rejected -> assertThat(rejected.reason()).isEqualTo(Reason.UNAVAILABLE))
                    .satisfies(rejected -> assertThat(rejected.attemptLog().attempts())
                            .extracting(attempt -> attempt.failure().message())
                            .containsExactly("is held for maintenance", "is held for maintenance for 10000 ms"));
        }
    }

    @Nested
    class KnownRoute {

        private final PooledProvider fixed = CallFixtures.member(new SilentProvider("a"), ProviderOptions.only("own"));

        @Test
        void openCircuitIsListedOnce() {
            fixed.circuit("own").forceOpen(TEN, NOW);
            Plan plan = plan(Map.of("m", List.of("n")), fixed);
            assertThat(names(plan)).containsExactly("a/own");
            assertThat(plan.skipped().attempts()).hasSize(1);
        }

        @Test
        void cooldownIsListedOnce() {
            coolDown("own");
            Plan plan = plan(Map.of("m", List.of("n")), fixed, b);
            assertThat(names(plan)).containsExactly("b/m", "b/n", "a/own");
            assertThat(plan.availableAt()).containsExactly(0L, 0L, NOW + TEN.toNanos());
            assertThat(skips(plan)).containsExactly("a is cooling down for 10000 ms (rate_limited)");
        }
    }

    @Nested
    class Unable {

        @Test
        void capabilitiesThatThrowLeaveOutTheRoute() {
            PooledProvider broken = able("broken", () -> {
                throw new IllegalStateException("the caller's");
            });
            assertThat(names(plan(broken, b))).containsExactly("b/m");
            assertThat(skips(plan(broken, b)))
                    .containsExactly("broken its capabilities failed with java.lang.IllegalStateException");
            assertThatExceptionOfType(ChatException.Rejected.class)
                    .isThrownBy(() -> plan(broken))
                    .satisfies(rejected -> assertThat(rejected.reason()).isEqualTo(Reason.CODE_FAILED));
        }

        @Test
        void onlyTheActiveProviderServesWithManualFailover() {
            ProviderPool manual = new ProviderPool(
                    List.of(a, b),
                    FailoverPolicy.manual(),
                    new PoolEvents("understudy", event -> {}),
                    StatePublisher.OFF,
                    0);
            Plan plan = planner(manual, Map.of(), null).plan(REQUEST, false, CallOptions.NONE, null, NOW);
            assertThat(names(plan)).containsExactly("a/m");
            assertThat(skips(plan)).containsExactly("b is not the active provider, and failover is manual");
        }

        @Test
        void storedAnswerIsContinuedByItsOriginOnly() {
            ResumeToken stored = new Stored("b", "m", true);
            Plan plan = planner(CallFixtures.roster(a, b), Map.of(), null)
                    .plan(REQUEST, true, CallOptions.NONE, stored, NOW);
            assertThat(names(plan)).containsExactly("b/m");
            assertThat(skips(plan)).containsExactly("a did not generate the answer");
        }

        @Test
        void requiredTagMustHaveItsValue() {
            PooledProvider eu = CallFixtures.member(
                    new SilentProvider("eu"), ProviderOptions.defaults().withTag("region", "eu"));
            PooledProvider us = CallFixtures.member(
                    new SilentProvider("us"), ProviderOptions.defaults().withTag("region", "us"));
            Plan plan = plan(options(Map.of("region", "eu"), Set.of(), Set.of()), null, a, us, eu);
            assertThat(names(plan)).containsExactly("eu/m");
            assertThat(skips(plan)).containsExactly("a is not tagged region=eu", "us is not tagged region=eu");
        }

        @Test
        void avoidedRouteIsLeftOut() {
            Plan plan = plan(options(Map.of(), Set.of("a", "b/other"), Set.of()), null, a, b);
            assertThat(names(plan)).containsExactly("b/m");
            assertThat(skips(plan)).containsExactly("a the caller avoids it");
        }

        @Test
        void missingFeaturesAreNamed() {
            PooledProvider plain = able("plain", () -> Capabilities.of(Feature.TOOLS));
            CallOptions options =
                    options(Map.of(), Set.of(), Set.of(Feature.TOOLS, Feature.VISION, Feature.JSON_SCHEMA));
            assertThat(skips(plan(options, null, plain, a))).containsExactly("plain lacks json schema, vision");
        }

        @Test
        void attemptMayCostTheLimitButNotMore() {
            Capabilities capabilities =
                    Capabilities.of(Feature.STREAMING).withPrice(Capabilities.Price.of(1_000, 1_000));
            PooledProvider priced = able("priced", () -> capabilities);
            double cost = capabilities.cost(TokenCounter.characters().estimateUsage(REQUEST, capabilities));
            assertThat(cost).isPositive();
            assertThat(names(plan(CallOptions.NONE, cost, priced))).containsExactly("priced/m");
            Plan cheaper = plan(CallOptions.NONE, cost * 0.9, priced, a);
            assertThat(names(cheaper))
                    .as("a price that is unknown is no reason")
                    .containsExactly("a/m");
            assertThat(skips(cheaper)).singleElement().asString().startsWith("priced would cost about");
        }
    }

    private static PooledProvider provider(String name) {
        return CallFixtures.member(new SilentProvider(name), ProviderOptions.defaults());
    }

    private static PooledProvider able(String name, Supplier<Capabilities> capabilities) {
        return CallFixtures.member(new Able(name, capabilities), ProviderOptions.defaults());
    }

    private static void open(PooledProvider provider, @Nullable Duration time) {
        provider.circuit("m").forceOpen(time, NOW);
    }

    /** Opens the circuit by failures in the past, and begins its trial. */
    private static void beginTrial(PooledProvider provider) {
        for (int i = 0; i < 5; i++) {
            ((Permit) provider.circuit("m").tryAcquire(0)).failure(0);
        }
        assertThat(provider.circuit("m").tryAcquire(NOW)).isInstanceOf(Permit.class);
    }

    private void coolDown(String model) {
        Failure told = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(TEN);
        cooldowns.failed("a", model, told, FailureRules.of(told.kind()), NOW);
    }

    private static CallOptions options(Map<String, String> tags, Set<String> avoided, Set<Feature> features) {
        return new CallOptions(null, null, Map.of(), avoided, tags, features, false);
    }

    private Plan plan(PooledProvider... providers) {
        return plan(CallOptions.NONE, null, providers);
    }

    private Plan plan(Map<String, List<String>> fallbacks, PooledProvider... providers) {
        return planner(CallFixtures.roster(providers), fallbacks, null)
                .plan(REQUEST, false, CallOptions.NONE, null, NOW);
    }

    private Plan plan(CallOptions options, @Nullable Double maxCost, PooledProvider... providers) {
        return planner(CallFixtures.roster(providers), Map.of(), maxCost).plan(REQUEST, false, options, null, NOW);
    }

    private Planner planner(ProviderPool pool, Map<String, List<String>> fallbacks, @Nullable Double maxCost) {
        RouteOrder order = new RouteOrder(Selection.sequential(), new FixedRandom(0.5));
        return new Planner(pool, fallbacks, cooldowns, order, maxCost);
    }

    private static List<String> names(Plan plan) {
        return plan.routes().stream().map(UnavailableRoutesTest::name).toList();
    }

    private static String name(Route route) {
        return route.name() + "/" + route.model();
    }

    private static List<String> skips(Plan plan) {
        return plan.skipped().attempts().stream()
                .map(UnavailableRoutesTest::skip)
                .toList();
    }

    private static String skip(AttemptLog.Attempt attempt) {
        Failure failure = attempt.failure();
        return attempt.provider() + " " + (failure == null ? "" : failure.message());
    }

    private record Stored(String provider, String model, boolean isAlive) implements ResumeToken {}

    /** A provider that never answers. */
    private record Able(String name, Supplier<Capabilities> capabilities) implements ChatProvider {

        @Override
        public Capabilities capabilities(String model) {
            return capabilities.get();
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.never();
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.never();
        }
    }
}
