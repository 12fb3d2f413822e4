package dev.understudy.policy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.Tool;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Selection policies by themselves and in calls. */
class SelectionTest {

    private static final long SEED = 20_261_120;

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final ScriptedProvider c = ScriptedProvider.named("c");

    /**
     * Four candidates: a is slow and cheap, b fast and expensive, c cheapest and fails half of its calls, d unknown.
     */
    private static List<Selection.Candidate> four() {
        return List.of(
                candidate("a", 5, 1.0, 800, 0, 1, Feature.TOOLS),
                candidate("b", 1, 9.0, 200, 1, 1, Feature.TOOLS, Feature.VISION),
                candidate("c", 3, 0.7, 300, 0, 0.5),
                candidate("d", 1, -1, 0, 0, 1, Feature.VISION));
    }

    @ParameterizedTest
    @CsvSource({
        "sequential, 1, abcd",
        "sequential, 2, abcd",
        "leastLatency, 1, bdac",
        "leastLatency, 2, dbac",
        "leastLatency, 3, adbc",
        "leastLatency, 4, bdac",
        "leastLatency, 5, bdac",
        "cheapest, 1, acbd",
        "cheapest, 2, acbd",
        "tools, 1, ab",
        "toolsByPrice, 1, ab",
        "visionByLatency, 1, db",
        "byWeight, 1, acbd",
        "lastOnly, 1, d"
    })
    void eachStrategyChoosesOnAFixedSeed(String strategy, long seed, String order) {
        Map<String, Selection> strategies = Map.of(
                "sequential", Selection.sequential(),
                "leastLatency", Selection.leastLatency(),
                "cheapest", Selection.cheapest(),
                "tools", Selection.capable(Set.of(Feature.TOOLS), Selection.sequential()),
                "toolsByPrice", Selection.capable(Set.of(Feature.TOOLS), Selection.cheapest()),
                "visionByLatency", Selection.capable(Set.of(Feature.VISION), Selection.leastLatency()),
                "byWeight",
                        Selection.by(Comparator.comparingInt(Selection.Candidate::weight)
                                .reversed()),
                "lastOnly", (candidates, request, random) -> List.of(candidates.get(candidates.size() - 1)));
        List<Selection.Candidate> chosen = strategies.get(strategy).order(four(), REQUEST, new Random(seed));
        assertThat(chosen.stream().map(Selection.Candidate::provider).reduce("", String::concat))
                .isEqualTo(order);
    }

    @Test
    void weightedIsSmoothAndExactInEachRound() {
        Selection weighted = Selection.weighted();
        StringBuilder first = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            first.append(
                    weighted.order(four(), REQUEST, new Random(SEED)).get(0).provider());
        }
        assertThat(first).hasToString("acabacdaca".repeat(2));
    }

    @Test
    void weightedServesByWeightWithinOnePercentOfTenThousandCalls() {
        Understudy understudy = scenario.builder()
                .provider(a, ProviderOptions.defaults().withWeight(7))
                .provider(b, ProviderOptions.defaults().withWeight(2))
                .provider(c, ProviderOptions.defaults().withWeight(1))
                .selection(Selection.weighted())
                .build();
        Map<String, Integer> served = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            served.merge(scenario.chat(understudy).by(), 1, Integer::sum);
        }
        assertThat(served.get("a")).as("%s", served).isCloseTo(7_000, within(100));
        assertThat(served.get("b")).isCloseTo(2_000, within(100));
        assertThat(served.get("c")).isCloseTo(1_000, within(100));
    }

    @Test
    void weightedRedistributesTheShareOfAnAbsentProvider() {
        Understudy understudy = scenario.builder()
                .provider(a, ProviderOptions.defaults().withWeight(8))
                .provider(b, ProviderOptions.defaults().withWeight(1))
                .provider(c, ProviderOptions.defaults().withWeight(1))
                .selection(Selection.weighted())
                .build();
        understudy.control().hold("a", null);
        for (int i = 0; i < 100; i++) {
            scenario.chat(understudy);
        }
        assertThat(b.subscriptions()).isEqualTo(50);
        assertThat(c.subscriptions()).isEqualTo(50);
    }

    @Test
    void cheapestChoosesHealthyAndCapable() {
        a.can(priced(3));
        b.can(priced(1).withoutFeature(Feature.TOOLS));
        c.can(priced(2));
        Understudy understudy =
                scenario.builder(a, b, c).selection(Selection.cheapest()).build();
        assertThat(scenario.chat(understudy).by()).as("the cheapest").isEqualTo("b");
        ChatRequest tools = REQUEST.withTools(List.of(Tool.of("clock", "tells the time")));
        assertThat(scenario.chat(understudy.chat(tools)).by())
                .as("the cheapest with tools")
                .isEqualTo("c");
        c.always(ScriptedAnswer.fail(FailureKind.SERVER));
        for (int i = 0; i < 5; i++) {
            assertThat(scenario.chat(understudy.chat(tools)).by()).isEqualTo("a");
        }
        int asked = c.subscriptions();
        assertThat(scenario.chat(understudy.chat(tools)).by())
                .as("the cheapest with tools that is well")
                .isEqualTo("a");
        assertThat(c.subscriptions()).isEqualTo(asked);
        assertThat(b.requests()).allMatch(request -> request.toolSet().isEmpty());
    }

    @Test
    void cheapestIncludesTheSuccessRate() {
        a.can(priced(10)).always(ScriptedAnswer.text("well"));
        b.can(priced(9));
        Understudy understudy = scenario.builder(a, b)
                .selection(Selection.cheapest())
                .circuit(CircuitPolicy.none())
                .build();
        b.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.text("well"));
        scenario.chat(understudy); // b fails and a serves: an answer of b is now expected to need two attempts
        scenario.chat(understudy);
        assertThat(b.subscriptions()).isEqualTo(1);
        scenario.advance(Duration.ofSeconds(61));
        assertThat(scenario.chat(understudy).by())
                .as("a minute later it is forgotten")
                .isEqualTo("b");
    }

    @Test
    void unknownPriceComesLast() {
        b.can(priced(1_000));
        Understudy understudy =
                scenario.builder(a, b).selection(Selection.cheapest()).build();
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
    }

    @Test
    void providersLackingFeaturesAreSkipped() {
        a.can(Capabilities.of(Feature.STREAMING));
        b.can(Capabilities.of(Feature.STREAMING, Feature.TOOLS, Feature.STREAMING_TOOLS));
        c.can(Capabilities.of(Feature.STREAMING, Feature.VISION));
        Understudy understudy = scenario.builder(a, b, c)
                .selection(Selection.capable(Set.of(), Selection.sequential()))
                .build();
        ChatRequest tools = REQUEST.withTools(List.of(Tool.of("clock", "tells the time")));
        ChatRequest image =
                ChatRequest.of("m", List.of(Message.user("see", Message.Image.url("https://x.test/i.png"))));
        b.always(ScriptedAnswer.fail(FailureKind.SERVER));
        c.always(ScriptedAnswer.fail(FailureKind.SERVER));
        for (boolean streamed : new boolean[] {false, true}) {
            assertThat(ask(understudy, tools, streamed).served()).isFalse();
            assertThat(ask(understudy, image, streamed).served()).isFalse();
            assertThat(ask(understudy, REQUEST, streamed).by()).isEqualTo("a");
        }
        assertThat(a.requests()).containsOnly(REQUEST);
        assertThat(b.requests()).containsOnly(tools);
        assertThat(c.requests()).containsOnly(image);
    }

    @Test
    void leastLatencyAvoidsSlowProviderUntilRecovery() {
        Duration every = Duration.ofMillis(100);
        Understudy understudy = scenario.builder(a, b, c)
                .selection(Selection.leastLatency())
                .random(new Random(SEED))
                .build();
        takes(a, 200);
        takes(b, 250);
        takes(c, 250);
        scenario.load(understudy, true, every, Duration.ofSeconds(30));
        double usual = share(scenario.load(understudy, true, every, Duration.ofSeconds(60)), "a");
        takes(a, 2_000);
        scenario.load(understudy, true, every, Duration.ofSeconds(5)); // 50 calls
        double after = share(scenario.load(understudy, true, every, Duration.ofSeconds(10)), "a");
        takes(a, 200);
        scenario.load(understudy, true, every, Duration.ofSeconds(30));
        double again = share(scenario.load(understudy, true, every, Duration.ofSeconds(60)), "a");
        assertThat(usual).as("share of the fast provider").isGreaterThan(0.3);
        assertThat(after).as("share while it is slow").isLessThanOrEqualTo(0.1 * usual);
        assertThat(again).as("share after its recovery").isGreaterThan(0.3);
    }

    @Test
    void leastLatencyOfTwoAvoidsAndReturns() {
        Duration every = Duration.ofMillis(100);
        Understudy understudy =
                scenario.builder(a, b).selection(Selection.leastLatency()).build();
        takes(a, 200);
        takes(b, 300);
        scenario.load(understudy, true, every, Duration.ofSeconds(20));
        double usual = share(scenario.load(understudy, true, every, Duration.ofSeconds(20)), "a");
        takes(a, 2_000);
        scenario.load(understudy, true, every, Duration.ofSeconds(5));
        double after = share(scenario.load(understudy, true, every, Duration.ofSeconds(10)), "a");
        takes(a, 200);
        scenario.load(understudy, true, every, Duration.ofSeconds(40));
        double again = share(scenario.load(understudy, true, every, Duration.ofSeconds(20)), "a");
        assertThat(usual).as("share of the fast provider").isGreaterThan(0.4);
        assertThat(after).as("share while it is slow").isLessThanOrEqualTo(0.1 * usual);
        assertThat(again).as("share after its recovery").isGreaterThan(0.4);
    }

    @Test
    void leastLatencyIgnoresFastFailures() {
        takes(a, 300);
        b.always(scenario.timed(ScriptedAnswer.fail(FailureKind.SERVER).beforeFirst(Duration.ofMillis(1))));
        Understudy understudy = scenario.builder(b, a)
                .selection(Selection.leastLatency())
                .circuit(CircuitPolicy.none())
                .build();
        scenario.load(understudy, true, Duration.ofMillis(500), Duration.ofSeconds(10));
        assertThat(b.subscriptions()).isLessThanOrEqualTo(2);
        assertThat(a.subscriptions()).isEqualTo(20);
    }

    @Test
    void customOrderMayOmitRoutes() {
        Selection lastTwo = (candidates, request, random) -> List.of(candidates.get(2), candidates.get(1));
        Understudy understudy = scenario.builder(a, b, c).selection(lastTwo).build();
        c.always(ScriptedAnswer.fail(FailureKind.SERVER));
        b.always(ScriptedAnswer.fail(FailureKind.SERVER));
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("c:failed", "b:failed");
        assertThat(a.subscriptions()).isZero();
    }

    @Test
    void modelChainPrecedesSelection() {
        a.can("m", priced(100)).can("n", priced(1));
        b.can("m", priced(50)).can("n", priced(2));
        for (ScriptedProvider one : List.of(a, b)) {
            one.always(ScriptedAnswer.fail(FailureKind.SERVER));
        }
        Understudy understudy = scenario.builder(a, b)
                .fallback("m", "n")
                .selection(Selection.cheapest())
                .build();
        CallResult result = scenario.chat(understudy);
        assertThat(result.attemptLog().attempts().stream().map(attempt -> attempt.provider() + "/" + attempt.model()))
                .containsExactly("b/m", "a/m", "a/n", "b/n");
    }

    @Test
    void callerMayAvoidRoutes() {
        Understudy understudy = scenario.builder(a, b, c).build();
        assertThat(scenario.chat(understudy.chat(REQUEST).contextWrite(CallContext.avoid("a", "b/m")))
                        .outcomes())
                .containsExactly("a:skipped", "b:skipped", "c:served");
        assertThat(scenario.chat(understudy
                                .chat(REQUEST)
                                .contextWrite(CallContext.avoid("a/n"))
                                .contextWrite(CallContext.avoid("b")))
                        .outcomes())
                .containsExactly("b:skipped", "a:served");
    }

    @Test
    void callerMayRequireATag() {
        Understudy understudy = scenario.builder()
                .provider(a, ProviderOptions.defaults().withTag("region", "us"))
                .provider(b, ProviderOptions.defaults().withTag("region", "eu"))
                .provider(c)
                .build();
        CallResult result = scenario.chat(understudy.chat(REQUEST).contextWrite(CallContext.require("region", "eu")));
        assertThat(result.outcomes()).containsExactly("a:skipped", "c:skipped", "b:served");
        assertThat(result.attemptLog().attempts().get(0))
                .hasToString("provider=a model=m: skipped; error=is not tagged region=eu");
        assertThat(scenario.chat(understudy.chat(REQUEST).contextWrite(CallContext.require("region", "mars"))).error)
                .isInstanceOf(ChatException.Rejected.class)
                .hasMessageContaining("a/m is not tagged region=mars");
    }

    @Test
    void callerMayRequireAFeature() {
        b.can(Capabilities.assumed().withFeature(Feature.REASONING));
        Understudy understudy = scenario.builder(a, b).build();
        assertThat(scenario.chat(understudy.chat(REQUEST).contextWrite(CallContext.require(Feature.REASONING)))
                        .by())
                .isEqualTo("b");
        assertThat(scenario.chat(understudy.chat(REQUEST).contextWrite(CallContext.require(Feature.PREFILL))).error)
                .isInstanceOf(ChatException.Rejected.class)
                .hasMessageContaining("lacks prefill");
    }

    @Test
    void routeAboveTheCostLimitIsSkipped() {
        a.can(priced(1_000_000)); // one unit of cost per token
        b.can(priced(10));
        Understudy understudy = scenario.builder(a, b, c)
                .limits(CallLimits.none().withMaxCost(1.0))
                .build();
        CallResult result = scenario.chat(understudy);
        assertThat(result.outcomes()).containsExactly("a:skipped", "b:served");
        assertThat(result.attemptLog().attempts().get(0).failure().message())
                .startsWith("would cost about 508.0")
                .endsWith("and the call may cost 1.000000");
    }

    @Test
    void spentCostReducesTheLimit() {
        // The estimate of an attempt is 0.508; the empty answer of a costs 0.8.
        a.can(priced(1_000)).always(ScriptedAnswer.empty().withUsage(dev.understudy.chat.Usage.of(400, 400)));
        b.can(priced(1_000));
        Understudy understudy = scenario.builder(a, b, c)
                .limits(CallLimits.none().withMaxCost(1.0))
                .build();
        CallResult result = scenario.chat(understudy);
        assertThat(result.outcomes()).as("c has no price and is asked").containsExactly("a:failed", "c:served");
        assertThat(b.subscriptions()).isZero();
    }

    @Test
    void allRoutesAboveTheCostLimitRejects() {
        a.can(priced(1_000_000));
        Understudy understudy =
                scenario.builder(a).limits(CallLimits.none().withMaxCost(1.0)).build();
        assertThat(scenario.chat(understudy).error)
                .isInstanceOf(ChatException.Rejected.class)
                .hasMessageContaining("a/m would cost about");
        assertThat(a.subscriptions()).isZero();
    }

    @Test
    void selectionThatThrowsFailsTheCall() {
        Understudy understudy = scenario.builder(a, b)
                .selection((candidates, request, random) -> {
                    throw new IllegalStateException("the caller's bug");
                })
                .build();
        assertThatExceptionOfType(ChatException.Rejected.class)
                .isThrownBy(() -> understudy.chat(REQUEST).block())
                .withRootCauseInstanceOf(IllegalStateException.class);
        assertThat(VirtualScenario.standing(understudy, "a").inFlight()).isZero();
    }

    private CallResult ask(Understudy understudy, ChatRequest request, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(request)) : scenario.chat(understudy.chat(request));
    }

    private void takes(ScriptedProvider provider, int millis) {
        provider.always(scenario.timed(ScriptedAnswer.text("all is well").beforeFirst(Duration.ofMillis(millis))));
    }

    private double share(List<CallResult> calls, String provider) {
        scenario.advance(Duration.ofSeconds(3));
        List<String> by = new ArrayList<>();
        calls.forEach(result -> by.add(result.by()));
        return by.stream().filter(provider::equals).count() / (double) by.size();
    }

    private static Capabilities priced(double perMillion) {
        return Capabilities.assumed().withPrice(Capabilities.Price.of(perMillion, perMillion));
    }

    private static Selection.Candidate candidate(
            String name, int weight, double price, int millis, int inFlight, double success, Feature... features) {
        Capabilities can = Capabilities.of(features);
        return new Selection.Candidate(
                name,
                "m",
                price < 0 ? can : can.withPrice(Capabilities.Price.of(price, price)),
                weight,
                Map.of(),
                new Selection.Candidate.Load(Duration.ofMillis(millis), inFlight, success));
    }
}
