package dev.understudy.gateway.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Budgets that several instances spend together, on sums in memory. */
class SharedBudgetsTest {

    private static final KeyLimits LIMITS = new KeyLimits(null, null, null, new Budget(10.0, null, Budget.Period.DAY));

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T10:00:00Z"));
    private final Map<String, List<Double>> sums = new HashMap<>();
    private boolean reachable = true;
    private int exchanges;

    private final ClientKeys first = keys();
    private final ClientKeys second = keys();

    private ClientKeys keys() {
        return new ClientKeys(List.of(KeySpec.of("app", "secret", LIMITS)), () -> 0, now::get);
    }

    private Mono<List<Double>> add(String name, List<Double> known, List<Double> amounts, Duration keep) {
        if (!reachable) {
            return Mono.error(new IllegalStateException("out of reach"));
        }
        exchanges++;
        List<Double> was = sums.getOrDefault(name, List.of(0.0, 0.0));
        List<Double> is = new ArrayList<>();
        for (int i = 0; i < amounts.size(); i++) {
            is.add(Math.max(was.get(i), known.get(i)) + amounts.get(i));
        }
        sums.put(name, is);
        return Mono.just(is);
    }

    private void exchange(ClientKeys keys) {
        new SharedBudgets(keys, this::add, now::get).exchange().block();
    }

    private static void charge(ClientKeys keys, double cost) {
        keys.find("secret").charge(1, cost);
    }

    private static boolean isSpent(ClientKeys keys) {
        return keys.find("secret").start() != null;
    }

    @Test
    void budgetIsSpentByAllInstancesTogether() {
        charge(first, 6);
        charge(second, 5);
        exchange(first);
        assertThat(isSpent(first)).isFalse();
        exchange(second);
        assertThat(isSpent(second)).isTrue();
        exchange(first);
        assertThat(isSpent(first)).isTrue();
    }

    @Test
    void amountsAreSentOnce() {
        charge(first, 3);
        exchange(first);
        exchange(first);
        exchange(second);
        assertThat(sums.values()).containsExactly(List.of(1.0, 3.0));
    }

    @Test
    void whatCannotBeSentIsSentLater() {
        reachable = false;
        charge(first, 4);
        exchange(first);
        charge(first, 7);
        assertThat(isSpent(first)).isTrue();
        reachable = true;
        exchange(first);
        exchange(second);
        assertThat(isSpent(second)).isTrue();
    }

    @Test
    void newInstanceLearnsWhatWasSpent() {
        charge(first, 11);
        exchange(first);
        ClientKeys restarted = keys();
        assertThat(isSpent(restarted)).isFalse();
        exchange(restarted);
        assertThat(isSpent(restarted)).isTrue();
    }

    @Test
    void sumsThatWereForgottenAreKnownAgain() {
        charge(first, 6);
        exchange(first);
        exchange(second);
        charge(first, 1);
        charge(second, 2);
        sums.clear();
        exchange(first);
        assertThat(sums.values()).containsExactly(List.of(2.0, 7.0));
        exchange(second);
        exchange(first);
        assertThat(sums.values()).containsExactly(List.of(3.0, 9.0));
        charge(first, 1);
        exchange(first);
        assertThat(isSpent(first)).isTrue();
    }

    @Test
    void whatWasNotSentIsNoKnownSum() {
        charge(first, 6);
        exchange(first);
        reachable = false;
        charge(first, 2);
        exchange(first);
        charge(second, 1);
        reachable = true;
        sums.clear();
        exchange(first);
        exchange(second);
        assertThat(sums.values()).containsExactly(List.of(3.0, 9.0));
    }

    @Test
    void sumsOfThePeriodBeforeAreNotKnownInTheNext() {
        charge(first, 11);
        exchange(first);
        now.set(now.get().plus(Duration.ofDays(1)));
        sums.clear();
        exchange(first);
        assertThat(sums.values()).containsExactly(List.of(0.0, 0.0));
    }

    @Test
    void nextPeriodBeginsWithNothingSpent() {
        charge(first, 11);
        exchange(first);
        now.set(now.get().plus(Duration.ofDays(1)));
        exchange(first);
        exchange(second);
        assertThat(isSpent(first)).isFalse();
        assertThat(isSpent(second)).isFalse();
    }

    @Test
    void lastSpendingIsSentAtTheEnd() {
        VirtualTimeScheduler timer = VirtualTimeScheduler.create();
        SharedBudgets budgets = new SharedBudgets(first, this::add, now::get);
        budgets.start(timer);
        timer.advanceTimeBy(Duration.ofSeconds(1));
        charge(first, 7);
        assertThat(sums.values()).containsExactly(List.of(0.0, 0.0));
        budgets.close();
        assertThat(sums.values()).containsExactly(List.of(1.0, 7.0));
        timer.advanceTimeBy(Duration.ofSeconds(10));
        assertThat(exchanges).isEqualTo(2);
    }

    @Test
    void exchangeThatRunsAtTheEndIsNotRepeated() {
        VirtualTimeScheduler timer = VirtualTimeScheduler.create();
        Sinks.Empty<Void> delay = Sinks.empty();
        SharedBudgets budgets = new SharedBudgets(
                first,
                (name, known, amounts, keep) -> add(name, known, amounts, keep)
                        .delayUntil(all -> exchanges == 1 ? delay.asMono() : Mono.empty()),
                now::get);
        charge(first, 7);
        budgets.start(timer);
        timer.advanceTimeBy(Duration.ofSeconds(1));
        CompletableFuture<Void> closed = CompletableFuture.runAsync(budgets::close);
        delay.tryEmitEmpty();
        closed.join();
        assertThat(sums.values()).containsExactly(List.of(1.0, 7.0));
    }

    @Test
    void endDoesNotWaitForSumsThatHang() {
        SharedBudgets budgets = new SharedBudgets(first, (name, known, amounts, keep) -> Mono.never(), now::get);
        budgets.start(VirtualTimeScheduler.create());
        assertThat(CompletableFuture.runAsync(budgets::close)).succeedsWithin(Duration.ofSeconds(30));
    }
}
