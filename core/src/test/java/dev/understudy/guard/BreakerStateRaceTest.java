package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.SeedInFailure;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Races of permits, openings, late results and cancellations on four threads with shared permits. */
@Timeout(60)
class BreakerStateRaceTest {

    private static final CircuitPolicy POLICY = CircuitPolicy.defaults()
            .withConsecutive(3)
            .withRate(0.5, 6, Duration.ofNanos(400))
            .withCount(5, Duration.ofNanos(100))
            .withPause(Duration.ofNanos(10), Duration.ofNanos(40));

    private static final long SEED = Long.getLong("seed", System.nanoTime());

    @RegisterExtension
    static final SeedInFailure SEED_IN_FAILURE = new SeedInFailure("seed", SEED);

    private enum End {
        SUCCESS,
        FAILURE,
        NEUTRAL
    }

    private record Trial(long generation, int lease) {}

    /** A permit with the number and kind of its ends. */
    private static final class Call {
        private final Permit permit;
        private final BreakerState admitted;
        private final AtomicInteger ends = new AtomicInteger();
        private final AtomicInteger cuts = new AtomicInteger();
        private volatile boolean begun;

        Call(Permit permit) {
            this.permit = permit;
            this.admitted = permit.admitted();
        }
    }

    private static final class Race {
        private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10_000);
        private final Queue<CircuitBreaker.Change> moves = new ConcurrentLinkedQueue<>();
        private final Map<Trial, Call> trials = new ConcurrentHashMap<>();
        private final Map<Trial, End> ends = new ConcurrentHashMap<>();
        private final AtomicReferenceArray<Call> shared = new AtomicReferenceArray<>(8);
        private final AtomicLong wrong = new AtomicLong();
        private final boolean operated;
        private final boolean forgetful;
        private final CircuitBreaker breaker;

        Race(Duration lease, boolean operated, boolean forgetful) {
            this.operated = operated;
            this.forgetful = forgetful;
            this.breaker = new CircuitBreaker(
                    POLICY.withTrialLease(lease),
                    () -> ThreadLocalRandom.current().nextLong(),
                    moves::add,
                    clock.get());
        }

        Race play(int threads, int steps) throws Exception {
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                RandomGenerator random = new SplittableRandom(SEED + thread);
                all.add(pool.submit(() -> {
                    for (int step = 0; step < steps; step++) {
                        step(random);
                    }
                }));
            }
            pool.shutdown();
            for (Future<?> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
            for (int slot = 0; slot < shared.length(); slot++) {
                end(shared.get(slot), End.FAILURE);
            }
            return this;
        }

        private void step(RandomGenerator random) {
            long now = clock.addAndGet(random.nextInt(4));
            int slot = random.nextInt(shared.length());
            int what = random.nextInt(100);
            if (operated && what == 0) {
                operate(random.nextInt(5), now);
            } else if (what < 60) {
                acquire(random, slot, now);
            } else if (shared.get(slot) != null) {
                end(shared.get(slot), random); // kept, so that other threads end it too
            }
        }

        private void acquire(RandomGenerator random, int slot, long now) {
            if (!(breaker.tryAcquire(now) instanceof Permit permit)) {
                return;
            }
            Call call = new Call(permit);
            if (call.admitted instanceof BreakerState.HalfOpen trial && trials.put(key(trial), call) != null) {
                wrong.incrementAndGet(); // leased twice
            }
            if (random.nextInt(3) > 0) {
                end(call, random);
            } else if (!forgetful || random.nextInt(4) > 0) {
                Call before = shared.getAndSet(slot, call);
                if (before != null) {
                    end(before, random);
                }
            }
        }

        private void operate(int what, long now) {
            switch (what) {
                case 0 -> breaker.forceOpen(Duration.ofNanos(20), now);
                case 1 -> breaker.forceOpen(null, now);
                case 2 -> breaker.release(now);
                case 3 -> breaker.disable(now);
                default -> breaker.enable(now);
            }
        }

        private void end(Call call, RandomGenerator random) {
            End[] all = End.values();
            boolean begun = random.nextInt(3) == 0 && call.permit.begun(clock.get());
            if (begun) {
                call.begun = true;
            }
            if (begun && call.admitted instanceof BreakerState.HalfOpen trial) {
                ends.put(key(trial), End.SUCCESS);
            }
            if (!begun || random.nextBoolean()) { // a stream with content is interrupted instead
                end(call, all[random.nextInt(all.length)]);
            }
            if (random.nextInt(4) == 0 && call.permit.cut(clock.get()) && call.cuts.incrementAndGet() > 1) {
                wrong.incrementAndGet();
            }
        }

        private void end(Call call, End end) {
            boolean ended =
                    switch (end) {
                        case SUCCESS -> call.permit.success(clock.get());
                        case FAILURE -> call.permit.failure(clock.get());
                        case NEUTRAL -> call.permit.neutral(clock.get());
                    };
            if (ended && call.ends.incrementAndGet() > 1) {
                wrong.incrementAndGet(); // ended twice
            }
            if (ended && call.admitted instanceof BreakerState.HalfOpen trial) {
                ends.put(key(trial), end);
            }
        }

        private static Trial key(BreakerState.HalfOpen trial) {
            return new Trial(trial.generation(), trial.lease());
        }

        /** Checks that the changes form one chain without gaps that ends at the current state. */
        List<CircuitBreaker.Change> chain() {
            assertThat(wrong).hasValue(0);
            List<CircuitBreaker.Change> chain = new ArrayList<>(moves);
            chain.sort(Comparator.comparingLong(move -> move.generation()));
            long generation = 0;
            ProviderStatus.CircuitState state = ProviderStatus.CircuitState.CLOSED;
            for (CircuitBreaker.Change move : chain) {
                assertThat(move.generation()).isEqualTo(generation + 1);
                assertThat(move.from()).isEqualTo(state);
                generation = move.generation();
                state = move.to();
            }
            assertThat(breaker.state().generation()).isEqualTo(generation);
            assertThat(breaker.state().name()).isEqualTo(state);
            return chain;
        }

        /** Checks that only a successful trial closes a half-open circuit, and only a failed one opens it again. */
        void onlyTrialsDecide(List<CircuitBreaker.Change> chain) {
            Map<Long, List<End>> byGeneration = new ConcurrentSkipListMap<>();
            ends.forEach((trial, end) -> byGeneration
                    .computeIfAbsent(trial.generation(), generation -> new ArrayList<>())
                    .add(end));
            for (CircuitBreaker.Change move : chain) {
                List<End> seen = byGeneration.getOrDefault(move.generation() - 1, List.of());
                String way = move.from() + " " + move.to();
                switch (way) {
                    case "HALF_OPEN CLOSED" -> assertThat(seen).contains(End.SUCCESS);
                    case "HALF_OPEN OPEN" -> assertThat(seen).contains(End.FAILURE);
                    case "CLOSED OPEN", "OPEN HALF_OPEN" -> {}
                    default -> assertThat(way).matches(way(operated));
                }
            }
        }

        private static String way(boolean operated) {
            return operated ? ".* FORCED_OPEN|.* DISABLED|FORCED_OPEN CLOSED|DISABLED CLOSED" : "none";
        }
    }

    @Test
    void trialsAreExclusiveAndDecidedOnce() throws Exception {
        Race scenario = new Race(Duration.ofDays(1), false, false).play(4, 300_000);
        List<CircuitBreaker.Change> chain = scenario.chain();
        scenario.onlyTrialsDecide(chain);
        assertThat(chain).hasSizeGreaterThan(1_000);
        // No lease expires here: a second trial of a generation needs a first one that ended neutral, and a decision is
        // final.
        scenario.trials.forEach((trial, call) -> {
            assertThat(call.begun || call.ends.get() == 1).isTrue();
            if (trial.lease() > 1) {
                assertThat(scenario.ends.get(new Trial(trial.generation(), trial.lease() - 1)))
                        .isEqualTo(End.NEUTRAL);
            }
        });
        Map<Long, ProviderStatus.CircuitState> next = new ConcurrentHashMap<>();
        chain.forEach(move -> next.put(move.generation() - 1, move.to()));
        scenario.ends.forEach((trial, end) -> {
            if (end != End.NEUTRAL) {
                assertThat(next.get(trial.generation()))
                        .isEqualTo(
                                end == End.SUCCESS
                                        ? ProviderStatus.CircuitState.CLOSED
                                        : ProviderStatus.CircuitState.OPEN);
            }
        });
    }

    @Test
    void lostTrialsNeverLockTheCircuit() throws Exception {
        Race scenario = new Race(Duration.ofNanos(25), false, true).play(4, 300_000);
        List<CircuitBreaker.Change> chain = scenario.chain();
        scenario.onlyTrialsDecide(chain);
        assertThat(scenario.trials.values()).anyMatch(call -> call.ends.get() == 0);
        assertThat(chain).hasSizeGreaterThan(1_000);
    }

    @Test
    void concurrentOperatorKeepsStatesConsistent() throws Exception {
        Race scenario = new Race(Duration.ofNanos(25), true, true).play(4, 300_000);
        List<CircuitBreaker.Change> chain = scenario.chain();
        scenario.onlyTrialsDecide(chain);
        assertThat(chain).extracting(move -> move.to()).contains(ProviderStatus.CircuitState.values());
    }
}
