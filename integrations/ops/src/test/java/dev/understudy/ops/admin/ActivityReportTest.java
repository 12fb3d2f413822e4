package dev.understudy.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.ops.FixedRandom;
import dev.understudy.ops.event.Totals;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The report of scripted calls, compared with the bills of the scripted vendors. */
class ActivityReportTest {

    private static final Capabilities.Price PRICE_A = Capabilities.Price.of(2, 8);
    private static final Capabilities.Price PRICE_B = Capabilities.Price.of(1, 4);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "Where are the crates?");

    /** Sum of what a scripted vendor reported in its answers. */
    private static final class Bill {
        private final List<Usage> usages = new ArrayList<>();

        ScriptedAnswer on(ScriptedAnswer answer, Usage usage) {
            usages.add(usage);
            return answer.withUsage(usage);
        }

        long input() {
            return usages.stream().mapToLong(Usage::input).sum();
        }

        long output() {
            return usages.stream().mapToLong(Usage::output).sum();
        }

        double cost(Capabilities.Price price) {
            return usages.stream().mapToDouble(price::cost).sum();
        }
    }

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final ActivityLog activity = new ActivityLog(() -> clock);
    private final Bill billOfA = new Bill();
    private final Bill billOfB = new Bill();
    private final ScriptedProvider a =
            ScriptedProvider.named("a").can(Capabilities.assumed().withPrice(PRICE_A));
    private final ScriptedProvider b =
            ScriptedProvider.named("b").can(Capabilities.assumed().withPrice(PRICE_B));

    private UnderstudyBuilder builder() {
        return Understudy.builder()
                .name("support")
                .provider(a)
                .provider(b)
                .retry(RetryPolicy.defaults().withRetries(1).withBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .circuit(CircuitPolicy.defaults().withoutRate().withConsecutive(1_000))
                .random(new FixedRandom(0.5))
                .listener(activity)
                .scheduler(clock);
    }

    private Understudy understudy() {
        return bound(builder());
    }

    private Understudy bound(UnderstudyBuilder builder) {
        Understudy understudy = builder.build();
        activity.bind(understudy);
        return understudy;
    }

    private void chat(ChatProvider provider) {
        provider.chat(REQUEST).subscribe(answer -> {}, error -> {});
        clock.advanceTimeBy(Duration.ofSeconds(20));
    }

    private static ScriptedAnswer failure(FailureKind kind) {
        return ScriptedAnswer.fail(Failure.of(kind, "not now"));
    }

    private static ScriptedAnswer text() {
        return ScriptedAnswer.text("In hall 7.");
    }

    @Test
    void sumEqualsTheBillsOfTheVendors() {
        Understudy understudy = understudy();
        for (int i = 1; i <= 50; i++) {
            a.then(billOfA.on(text(), Usage.of(100 + i, 10 + i).withCachedInput(i)));
            chat(understudy);
            a.then(failure(FailureKind.SERVER), billOfA.on(text(), Usage.of(200, i)));
            chat(understudy);
            a.then(failure(FailureKind.AUTH));
            b.then(billOfB.on(text(), Usage.of(300 + i, 7).withReasoning(5)));
            chat(understudy);
            a.then(failure(FailureKind.INVALID_REQUEST));
            b.then(failure(FailureKind.INVALID_REQUEST));
            chat(understudy);
        }
        Totals totals = activity.report().totals();
        assertThat(totals.calls()).isEqualTo(200);
        assertThat(totals.served()).isEqualTo(150);
        assertThat(totals.saved()).isEqualTo(new Totals.Saved(50, 50, 0, 0));
        assertThat(totals.spent().inputTokens()).isEqualTo(billOfA.input() + billOfB.input());
        assertThat(totals.spent().outputTokens()).isEqualTo(billOfA.output() + billOfB.output());
        assertThat(totals.spent().cost()).isCloseTo(billOfA.cost(PRICE_A) + billOfB.cost(PRICE_B), within(1e-9));
        assertThat(totals.spent().unpricedTokens()).isZero();
        assertThat(totals.wasted()).isEqualTo(Totals.NONE.wasted());
    }

    @Test
    void tokensOfUnusedAnswersAreWasted() {
        Understudy understudy = understudy();
        a.always(ScriptedAnswer.text("").withUsage(Usage.of(100, 0)));
        b.then(text().withUsage(Usage.of(90, 10)));
        chat(understudy);
        long asked = a.subscriptions();
        Totals totals = activity.report().totals();
        assertThat(totals.saved().failover()).isEqualTo(1);
        assertThat(totals.wasted().inputTokens()).isEqualTo(100 * asked);
        assertThat(totals.wasted().cost()).isCloseTo(asked * PRICE_A.cost(Usage.of(100, 0)), within(1e-12));
        assertThat(totals.spent().inputTokens()).isEqualTo(100 * asked + 90);
    }

    @Test
    void retryAddsItsDelay() {
        a.then(failure(FailureKind.SERVER), text());
        chat(understudy());
        assertThat(activity.report().totals().saved()).isEqualTo(new Totals.Saved(1, 0, 0, 0));
        assertThat(activity.report().totals().added()).isBetween(Duration.ofMillis(400), Duration.ofSeconds(1));
    }

    @Test
    void hedgeThatServesSavesTheCallAndWastesTheFirst() {
        Understudy understudy = bound(builder().hedging(HedgingPolicy.defaults().withAtLeast(Duration.ofMillis(20))));
        a.then(ScriptedAnswer.hang());
        b.then(text().withUsage(Usage.of(90, 10)));
        chat(understudy);
        assertThat(activity.report().totals().saved()).isEqualTo(new Totals.Saved(0, 0, 1, 0));
        assertThat(activity.report().totals().wasted().inputTokens()).isPositive();
        assertThat(activity.report().totals().wasted().cost()).isPositive();
    }

    @Test
    void continuedStreamIsOneCallSavedByATakeover() {
        ChatProvider resuming = ResumingProvider.over(understudy());
        ChatRequest request = REQUEST.withTemperature(0);
        a.then(ScriptedAnswer.tokens("In", " hall", " 7.").failAfter(2, Failure.of(FailureKind.TRUNCATED, "cut")));
        b.then(ScriptedAnswer.tokens("In", " hall", " 7.").withUsage(Usage.of(90, 10)));
        List<Object> chunks = new ArrayList<>();
        resuming.stream(request).subscribe(chunks::add);
        clock.advanceTimeBy(Duration.ofSeconds(20));
        assertThat(chunks).isNotEmpty();
        Totals totals = activity.report().totals();
        assertThat(totals.calls()).isEqualTo(1);
        assertThat(totals.saved()).isEqualTo(new Totals.Saved(0, 0, 0, 1));
        assertThat(totals.spent().inputTokens()).isGreaterThan(90);
    }

    @Test
    void cancelledCallSpendsWhatItsAttemptIsEstimatedAt() {
        a.then(ScriptedAnswer.hang());
        Disposable call = understudy().chat(REQUEST).subscribe();
        clock.advanceTimeBy(Duration.ofSeconds(1));
        call.dispose();
        assertThat(activity.report().totals().calls()).isEqualTo(1);
        assertThat(activity.report().totals().served()).isZero();
        assertThat(activity.report().totals().spent().inputTokens()).isPositive();
        assertThat(activity.report().totals().wasted())
                .isEqualTo(activity.report().totals().spent());
    }

    @Test
    void daysAndUnderstudiesHaveRowsAndOldDaysAreDropped() {
        Understudy support = understudy();
        Understudy sales = bound(builder().name("sales"));
        a.always(text());
        for (int day = 0; day < 40; day++) {
            chat(support);
            chat(sales);
            clock.advanceTimeBy(Duration.ofDays(1));
        }
        LocalDate last = LocalDate.EPOCH.plusDays(39);
        assertThat(activity.reports()).hasSize(2 * 31);
        assertThat(activity.reports().subList(0, 2))
                .extracting(row -> row.day() + " " + row.understudy() + " " + row.calls())
                .containsExactly(last + " sales 1", last + " support 1");
    }

    @Test
    void oneCallHasAReportOfItsOwn() {
        Understudy understudy = understudy();
        a.then(failure(FailureKind.AUTH));
        b.then(text().withUsage(Usage.of(90, 10)));
        List<ChatResponse> answers = new ArrayList<>();
        understudy.chat(REQUEST).subscribe(answers::add);
        clock.advanceTimeBy(Duration.ofSeconds(20));
        assertThat(ActivityLog.reportOf(answers.get(0).servedBy(), Duration.ZERO, understudy)
                        .totals())
                .isEqualTo(activity.report().totals());
    }

    @Test
    void modelsWithoutAPriceAreCountedApart() {
        a.can(Capabilities.assumed());
        a.then(text().withUsage(Usage.of(90, 10)));
        chat(understudy());
        assertThat(activity.report().totals().spent()).isEqualTo(new Totals.Spending(90, 10, 0, 100));
    }
}
