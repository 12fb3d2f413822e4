package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.FixedRandom;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.guard.FailureRules;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.Selection;
import dev.understudy.pool.Cooldowns;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.Route;
import dev.understudy.pool.StatePublisher;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class PlannerTest {

    private static final ChatRequest PLAIN = ChatRequest.of("m", "hello");
    private static final ChatRequest TOOLS = PLAIN.withTools(List.of(Tool.of("clock", "tells the time")));
    private static final Feature[] ALL = Feature.values();

    private final Cooldowns cooldowns = new Cooldowns(StatePublisher.OFF);

    @Test
    void routesFollowProvidersAndModelChain() {
        Planner planner = planner(Map.of("m", List.of("n"), "n", List.of("o")), any("a", ALL), any("b", ALL));
        assertThat(names(plan(planner, PLAIN, false, 0))).containsExactly("a/m", "b/m", "a/n", "b/n");
    }

    @Test
    void providerWithFixedModelIsPlannedOnce() {
        Planner planner = planner(
                Map.of("m", List.of("n")),
                any("a", ALL),
                CallFixtures.member(new Able("b", ALL), ProviderOptions.only("own")));
        assertThat(names(plan(planner, PLAIN, false, 0))).containsExactly("a/m", "b/own", "a/n");
    }

    @Test
    void providerWithoutTheModelIsLeftOut() {
        Planner planner = planner(
                Map.of("m", List.of("n")),
                CallFixtures.member(new Able("a", ALL), ProviderOptions.serving(Map.of("n", "n-1"))),
                any("b", ALL));
        assertThat(names(plan(planner, PLAIN, false, 0))).containsExactly("b/m", "a/n-1", "b/n");
    }

    @Test
    void unknownModelErrorNamesTheFix() {
        Planner planner = planner(CallFixtures.member(new Able("a", ALL), ProviderOptions.serving(Map.of("n", "n"))));
        assertRejected(planner, PLAIN, false, "No provider serves model 'm'");
    }

    @Test
    void providersWithoutStreamingAreLoggedAsSkipped() {
        Planner planner = planner(any("a", Feature.TOOLS), any("b", ALL));
        Plan plan = plan(planner, PLAIN, true, 0);
        assertThat(names(plan)).containsExactly("b/m");
        assertThat(plan.skipped().attempts())
                .singleElement()
                .hasToString("provider=a model=m: skipped; error=lacks streaming");
    }

    @Test
    void messagesForStreamsAreExact() {
        Planner nobody = planner(any("a"), any("b", Feature.TOOLS));
        assertRejectedExactly(nobody, PLAIN, "No provider supports streaming");
        assertRejectedExactly(nobody, TOOLS, "No provider supports streaming");
        Planner noTools = planner(any("a", Feature.TOOLS), any("b", Feature.TOOLS, Feature.STREAMING));
        assertRejectedExactly(noTools, TOOLS, "No provider supports streaming tool events");
    }

    @Test
    void providerLackingAFeatureIsSkipped() {
        Planner planner = planner(any("plain", Feature.STREAMING), any("all", ALL));
        ChatRequest image =
                ChatRequest.of("m", List.of(Message.user("see", Message.Image.url("https://x.test/i.png"))));
        ChatRequest schema = PLAIN.withFormat(ResponseFormat.jsonSchema("s", Map.of("type", "object")));
        for (ChatRequest request : List.of(TOOLS, image, schema)) {
            assertThat(names(plan(planner, request, false, 0))).containsExactly("all/m");
        }
        assertRejected(
                planner(any("plain")), image, false, "No provider can answer this request: plain/m lacks vision");
    }

    @Test
    void coolingRouteComesLast() {
        Planner planner = planner(any("a", ALL), any("b", ALL));
        Route a = plan(planner, PLAIN, false, 0).routes().get(0);
        Failure told = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(20));
        cooldowns.failed("a", "m", told, FailureRules.of(told.kind()), 1000);

        Plan plan = plan(planner, PLAIN, false, 1000);
        assertThat(names(plan)).containsExactly("b/m", "a/m");
        assertThat(plan.availableAt())
                .containsExactly(0L, 1000 + Duration.ofSeconds(20).toNanos());
        assertThat(plan.first()).isEqualTo(a);
        assertThat(plan.skipped().attempts().get(0).failure())
                .satisfies(why -> assertThat(why.message()).isEqualTo("is cooling down for 20000 ms (rate_limited)"));

        long later = 1000 + Duration.ofSeconds(20).toNanos();
        assertThat(names(plan(planner, PLAIN, false, later))).containsExactly("a/m", "b/m");
    }

    @Test
    void missingModelCoolsDownForTenMinutes() {
        Planner planner = planner(any("a", ALL), any("b", ALL));
        Route a = plan(planner, PLAIN, false, 0).routes().get(0);
        Failure gone = Failure.of(FailureKind.MODEL_NOT_FOUND, "");
        cooldowns.failed("a", "m", gone, FailureRules.of(gone.kind()), 0);
        long almost = Duration.ofMinutes(10).toNanos() - 1;
        assertThat(names(plan(planner, PLAIN, false, almost))).containsExactly("b/m", "a/m");
        assertThat(plan(planner, PLAIN, false, almost).availableAt()).containsExactly(0L, 0L);
        cooldowns.succeeded("a", "m");
        assertThat(names(plan(planner, PLAIN, false, almost))).containsExactly("a/m", "b/m");
    }

    @Test
    void numberOfCooldownsIsBounded() {
        PooledProvider pooledProvider = any("a", ALL);
        Failure gone = Failure.of(FailureKind.MODEL_NOT_FOUND, "");
        for (int i = 0; i < 3_000; i++) {
            Route route = new Route(pooledProvider, "invented-" + i, Capabilities.assumed());
            assertThat(route.circuit()).isNotNull();
            cooldowns.failed("a", route.model(), gone, FailureRules.of(gone.kind()), i);
        }
        assertThat(pooledProvider.circuits().size())
                .isBetween(PooledProvider.MAX_CIRCUITS * 15 / 16, PooledProvider.MAX_CIRCUITS);
        assertThat(cooldowns.size()).isBetween(Cooldowns.CAPACITY * 15 / 16, Cooldowns.CAPACITY);
        assertThat(cooldowns.at("a", "invented-2999", 3_000)).isNotNull();
    }

    private Planner planner(PooledProvider... providers) {
        return planner(Map.of(), providers);
    }

    private Planner planner(Map<String, List<String>> fallbacks, PooledProvider... providers) {
        return new Planner(
                CallFixtures.roster(providers),
                fallbacks,
                cooldowns,
                new RouteOrder(Selection.sequential(), new FixedRandom(0.5)),
                null);
    }

    private static Plan plan(Planner planner, ChatRequest request, boolean stream, long now) {
        return planner.plan(request, stream, CallOptions.NONE, null, now);
    }

    private static PooledProvider any(String name, Feature... features) {
        return CallFixtures.member(new Able(name, features), ProviderOptions.defaults());
    }

    private static List<String> names(Plan plan) {
        return plan.routes().stream()
                .map(route -> route.name() + "/" + route.model())
                .toList();
    }

    private static void assertRejected(Planner planner, ChatRequest request, boolean stream, String message) {
        assertThatExceptionOfType(ChatException.Rejected.class)
                .isThrownBy(() -> plan(planner, request, stream, 0))
                .satisfies(rejected -> assertThat(rejected.getMessage()).startsWith(message));
    }

    private static void assertRejectedExactly(Planner planner, ChatRequest request, String message) {
        assertThatExceptionOfType(ChatException.Rejected.class)
                .isThrownBy(() -> plan(planner, request, true, 0))
                .withMessage(message);
    }

    private record Able(String name, Feature... features) implements ChatProvider {
        @Override
        public Capabilities capabilities(String model) {
            return Capabilities.of(features);
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
