package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.SeededRuns;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The circuit breaker equals a naive implementation in random schedules. */
class BreakerStateReferenceTest {

    @Test
    void behavesLikeTheNaiveImplementation() {
        int[] moves = new int[ProviderStatus.CircuitState.values().length];
        SeededRuns.each(100_000, random -> {
            Run run = new Run(random);
            for (int step = 0; step < 60; step++) {
                run.step();
            }
            run.naive.moves.forEach(move -> moves[move.ordinal()]++);
        });
        if (Long.getLong("seed") == null) {
            assertThat(moves).as("the schedules reach every state").doesNotContain(0);
        }
    }

    private static final class Run {

        private record Both(Permit permit, NaiveCircuit.Pass pass) {}

        private final RandomGenerator random;
        private final long origin;
        private final List<ProviderStatus.CircuitState> moves = new ArrayList<>();
        private final List<Both> calls = new ArrayList<>();
        private final CircuitBreaker breaker;
        private long changes;
        private final NaiveCircuit naive;
        private final double failures;
        private long now;
        private double chance;

        Run(RandomGenerator random) {
            this.random = random;
            this.origin = random.nextInt(4) == 0 ? Long.MAX_VALUE - random.nextInt(500) : random.nextLong();
            this.failures = random.nextDouble();
            int shareIn20ths = random.nextInt(1, 21);
            CircuitPolicy policy = policy(shareIn20ths);
            this.naive = new NaiveCircuit(policy, shareIn20ths);
            this.breaker = new CircuitBreaker(
                    policy,
                    new RandomGenerator() {
                        @Override
                        public long nextLong() {
                            throw new AssertionError("not asked for");
                        }

                        @Override
                        public double nextDouble() {
                            return chance;
                        }
                    },
                    change -> {
                        changes++;
                        SeededRuns.same("generation", change.generation(), changes);
                        moves.add(change.to());
                    },
                    origin);
        }

        private CircuitPolicy policy(int shareIn20ths) {
            CircuitPolicy policy = random.nextInt(20) == 0 ? CircuitPolicy.none() : CircuitPolicy.defaults();
            policy = policy.withConsecutive(random.nextInt(5)).withoutRate();
            if (random.nextBoolean()) {
                policy = policy.withRate(shareIn20ths / 20.0, random.nextInt(1, 8), nanos(500));
            }
            if (random.nextBoolean()) {
                policy = policy.withCount(random.nextInt(1, 6), nanos(200));
            }
            Duration first = nanos(50);
            return policy.withPause(first, first.plus(nanos(200)))
                    .withJitter(random.nextInt(5) / 5.0)
                    .withTrialLease(nanos(60));
        }

        private Duration nanos(int bound) {
            return Duration.ofNanos(1 + random.nextInt(bound));
        }

        void step() {
            now += switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> 0;
                case 4, 5, 6, 7 -> random.nextInt(5);
                case 8, 9 -> random.nextInt(60);
                case 10 -> Math.min(naive.remaining(now), 1_000); // exactly the end of the open time
                default -> random.nextInt(random.nextBoolean() ? 600 : 100_000);
            };
            chance = random.nextDouble();
            switch (random.nextInt(40)) {
                case 0 -> operate();
                case 1 -> acquire(true);
                default -> {
                    if (calls.isEmpty() || random.nextInt(5) < 2) {
                        acquire(false);
                    } else {
                        settle(calls.get(random.nextInt(Math.max(0, calls.size() - 4), calls.size())));
                    }
                }
            }
            compare();
        }

        private void acquire(boolean early) {
            NaiveCircuit.Pass pass = naive.acquire(early, now);
            CircuitBreaker.Admission admission =
                    early ? breaker.tryEarly(origin + now) : breaker.tryAcquire(origin + now);
            if (pass != null) {
                calls.add(new Both((Permit) admission, pass));
            } else {
                CircuitBreaker.Denied denied = (CircuitBreaker.Denied) admission;
                SeededRuns.same("state", denied.state(), naive.state());
                SeededRuns.same("remaining", denied.remaining(), naive.remaining(now));
            }
        }

        private void settle(Both call) {
            double roll = chance * 2 - 1;
            long at = origin + now;
            switch (random.nextInt(11)) {
                case 10 -> SeededRuns.same("left", call.permit.left(), naive.left(call.pass));
                case 9 -> {
                    call.permit.flows(at);
                    naive.flows(call.pass, now);
                }
                case 8 -> SeededRuns.same("begun", call.permit.begun(at), naive.begun(call.pass, now));
                case 0 -> SeededRuns.same("neutral", call.permit.neutral(at), naive.neutral(call.pass));
                case 1 -> SeededRuns.same("cut", call.permit.cut(at), naive.cut(call.pass, roll, now));
                default -> {
                    if (random.nextDouble() < failures) {
                        SeededRuns.same("failure", call.permit.failure(at), naive.failure(call.pass, roll, now));
                    } else {
                        SeededRuns.same("success", call.permit.success(at), naive.success(call.pass, now));
                    }
                }
            }
        }

        private void operate() {
            long time = random.nextInt(100);
            switch (random.nextInt(5)) {
                case 0 -> {
                    naive.force(null, now);
                    breaker.forceOpen(null, origin + now);
                }
                case 1 -> {
                    naive.force(time, now);
                    breaker.forceOpen(Duration.ofNanos(time), origin + now);
                }
                case 2 -> {
                    naive.release(now);
                    breaker.release(origin + now);
                }
                case 3 -> {
                    naive.disable();
                    breaker.disable(origin + now);
                }
                default -> {
                    naive.enable(now);
                    breaker.enable(origin + now);
                }
            }
        }

        private void compare() {
            naive.look(now);
            CircuitBreaker.Reading reading = breaker.reading(origin + now);
            SeededRuns.same("state", reading.state(), naive.state());
            SeededRuns.same("remaining", reading.remaining(), naive.remaining(now));
            SeededRuns.same("consecutive", reading.consecutive(), naive.consecutive());
            SeededRuns.same("window", reading.window(), naive.window(now));
            SeededRuns.same("recent", reading.recent(), naive.recent(now));
            SeededRuns.same("moves", moves, naive.moves);
        }
    }
}
