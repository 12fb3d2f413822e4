package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.event.ProviderStatus;
import dev.understudy.shared.SharedState.Adoption;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * Many instances with one shared state on a virtual clock: outages of a vendor, one instance with a broken network, operators,
 * and a store that delays, loses, doubles and forgets. One seed is one history; {@code understudy.tests.all} plays many.
 */
class SharedStateSimulationTest {

    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");
    private static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    /** Seconds of trouble, and then of rest, after which all must agree. */
    private static final int TROUBLE = 90;

    private static final int REST = 60;

    /** Calls until an own circuit opens, and the retry that follows. */
    private static final int OWN_FAILURES = 6;

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();

    /** One instance; its network may be broken, so that it sees the primary fail. */
    private final class Instance {
        final RedisSharedState shared;
        final Understudy understudy;
        boolean broken;
        int attempts;
        int failed;

        Instance(World world, int number) {
            Exchange exchange = new Exchange(
                    world.redis.of(number),
                    new Exchange.Limits(Duration.ofSeconds(2), Duration.ofMillis(100), 1_000),
                    new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2)),
                    clock,
                    world.random::nextDouble,
                    RedisSharedState.instance(number));
            shared = new RedisSharedState(exchange, Adoption.quorum(2), null);
            understudy = Understudy.builder()
                    .scheduler(clock)
                    .random(world.random)
                    .provider(primary(world))
                    .provider(ScriptedProvider.named("second").always(ScriptedAnswer.text("2")))
                    .provider(ScriptedProvider.named("third").always(ScriptedAnswer.text("3")))
                    .sharedState(shared)
                    .build();
        }

        private ChatProvider primary(World world) {
            ChatProvider well = ScriptedProvider.named("primary").always(ScriptedAnswer.text("1"));
            ChatProvider dead = ScriptedProvider.named("primary").always(ScriptedAnswer.fail(FailureKind.SERVER));
            return new ForwardingChatProvider(well) {
                @Override
                public Mono<ChatResponse> chat(ChatRequest request) {
                    return Mono.defer(() -> {
                        boolean fails = world.down || broken || world.failsByChance();
                        attempts += fails ? 1 : 0;
                        return (fails ? dead : well).chat(request);
                    });
                }
            };
        }

        void call() {
            understudy.chat(REQUEST).subscribe(answer -> {}, error -> failed++);
        }

        String answeredBy() {
            List<String> by = new ArrayList<>();
            understudy
                    .chat(REQUEST)
                    .subscribe(answer -> by.add(answer.servedBy().provider()));
            return String.join(",", by);
        }

        boolean closed(String provider) {
            return understudy.control().status().stream()
                    .filter(status -> status.provider().equals(provider))
                    .allMatch(status -> status.circuits().values().stream()
                            .allMatch(circuit -> circuit == ProviderStatus.CircuitState.CLOSED));
        }

        TreeSet<String> held() {
            TreeSet<String> held = new TreeSet<>();
            for (ProviderStatus status : understudy.control().status()) {
                if (status.hold() != null) {
                    held.add(status.provider());
                }
            }
            return held;
        }
    }

    /** All instances, and what happens to them. */
    private final class World {
        final Random random;
        final SimulatedRedis redis;
        final List<Instance> instances = new ArrayList<>();
        final Map<String, Boolean> holds = new TreeMap<>();
        boolean down;

        /** Share of calls of the primary that fail in instances whose network is well. */
        double failures;

        int losses;

        World(int number, long seed) {
            random = new Random(seed);
            redis = new SimulatedRedis(clock, random);
            for (int i = 0; i < number; i++) {
                instances.add(new Instance(this, i));
            }
        }

        Instance any() {
            return instances.get(random.nextInt(instances.size()));
        }

        boolean failsByChance() {
            return failures > 0 && random.nextDouble() < failures;
        }

        void second() {
            for (Instance instance : instances) {
                instance.call();
                clock.advanceTimeBy(Duration.ofNanos(1_000_000_000L / instances.size()));
            }
        }

        void trouble() {
            redis.loss = random.nextInt(3) * 0.005;
            redis.messageLoss = random.nextInt(4) * 0.1;
            redis.duplication = random.nextInt(3) * 0.05;
            redis.maxDelayMillis = 1 + random.nextInt(200);
            for (int second = 0; second < TROUBLE; second++) {
                event();
                second();
            }
            redis.well();
            down = false;
            instances.forEach(instance -> instance.broken = false);
        }

        private void event() {
            switch (random.nextInt(12)) {
                case 0, 1 -> down = !down;
                case 2, 3 -> operate();
                case 4 -> redis.cut(random.nextInt(instances.size()));
                case 5 -> IntStream.range(0, instances.size() / 2).forEach(redis::cut);
                case 6 -> redis.healed();
                case 7 -> any().broken = true;
                case 8 -> instances.forEach(instance -> instance.broken = false);
                case 9 -> {
                    redis.forget();
                    losses++;
                }
                default -> {}
            }
        }

        private void operate() {
            String provider = random.nextBoolean() ? "second" : "third";
            boolean hold = random.nextBoolean();
            if (hold) {
                any().understudy.control().hold(provider, null);
            } else {
                any().understudy.control().release(provider);
            }
            holds.put(provider, hold);
        }

        TreeSet<String> held() {
            TreeSet<String> held = new TreeSet<>();
            holds.forEach((provider, hold) -> {
                if (hold) {
                    held.add(provider);
                }
            });
            return held;
        }

        void seconds(int number) {
            IntStream.range(0, number).forEach(second -> second());
        }

        long published() {
            return instances.stream()
                    .mapToLong(instance -> instance.shared.status().published())
                    .sum();
        }

        void close() {
            instances.forEach(instance -> {
                instance.understudy.close();
                instance.shared.close();
            });
        }
    }

    static Stream<Arguments> worlds() {
        return Stream.of(
                        IntStream.range(0, ALL ? 100 : 6).mapToObj(seed -> Arguments.of(3, seed)),
                        IntStream.range(0, ALL ? 20 : 2).mapToObj(seed -> Arguments.of(20, seed)),
                        IntStream.range(0, ALL ? 1 : 0).mapToObj(seed -> Arguments.of(200, seed)))
                .flatMap(each -> each);
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void instancesAgreeWhenTheWorldIsWell(int number, int seed) {
        World world = new World(number, seed);
        world.second();
        world.trouble();
        assertFewStores(world);
        world.seconds(REST / 2);
        assertQuiet(world);
        Instance late = new Instance(world, number);
        world.instances.add(late);
        world.second();
        world.second();
        assertThat(world.instances).allSatisfy(instance -> {
            assertThat(instance.held()).as("holds").isEqualTo(world.held());
            assertThat(instance.answeredBy()).as("the primary is in use").isEqualTo("primary");
            assertThat(instance.shared.status().connected()).isTrue();
        });
        world.close();
    }

    /** In trouble each update is stored once, and what was lost is offered again: not all that is known at each look. */
    private static void assertFewStores(World world) {
        int known = world.instances.stream()
                .mapToInt(instance -> instance.shared.status().entries())
                .sum();
        assertThat(world.redis.stores).isLessThanOrEqualTo(world.published() + (world.losses + 1) * known / 2);
    }

    /** Behind the trouble nothing is sent again and again: updates are stored once, and nothing is read. */
    private static void assertQuiet(World world) {
        long published = world.published();
        world.second(); // in which the last of them arrive
        long stores = world.redis.stores;
        long snapshots = world.redis.snapshots;
        world.seconds(REST / 2);
        assertThat(world.redis.stores - stores).isLessThanOrEqualTo(world.published() - published);
        assertThat(world.redis.snapshots).isEqualTo(snapshots);
    }

    static Stream<Arguments> outages() {
        return Stream.of(Arguments.of(3, 1), Arguments.of(20, 2), Arguments.of(200, 3));
    }

    @ParameterizedTest
    @MethodSource("outages")
    void outageCostsFewAttempts(int number, int seed) {
        World world = new World(number, seed);
        world.redis.maxDelayMillis = 50;
        world.second();
        world.second();
        world.down = true;
        IntStream.range(0, 30).forEach(second -> world.second());
        int attempts =
                world.instances.stream().mapToInt(instance -> instance.attempts).sum();
        int trials = 30 / 4; // a circuit stays open for 4 seconds at least
        assertThat(attempts).isLessThanOrEqualTo(2 * OWN_FAILURES + number * (1 + trials));
        assertThat(world.instances).allMatch(instance -> instance.failed == 0);
        world.close();
    }

    @Test
    void oneBrokenInstanceTakesNoProviderAwayFromTheOthers() {
        World world = new World(20, 7);
        world.second();
        world.instances.get(0).broken = true;
        for (int second = 0; second < 60; second++) {
            world.second();
            assertThat(world.instances.subList(1, 20))
                    .allMatch(instance -> instance.answeredBy().equals("primary"));
        }
        assertThat(world.instances.get(0).answeredBy()).isEqualTo("second");
        world.close();
    }

    static IntStream seeds() {
        return IntStream.range(0, ALL ? 20 : 2);
    }

    /** A report is confirmed by the call before it or the next one: most failures by chance have a success in between. */
    @ParameterizedTest
    @MethodSource("seeds")
    void callsThatFailByChanceRarelyConfirmOneBrokenInstance(int seed) {
        World world = new World(20, seed);
        List<Instance> healthy = world.instances.subList(1, 20);
        world.instances.get(0).broken = true;
        world.failures = 0.01;
        int opened = 0;
        for (int second = 0; second < 60; second++) {
            List<Instance> closed =
                    healthy.stream().filter(each -> each.closed("primary")).toList();
            world.second();
            opened += (int)
                    closed.stream().filter(each -> !each.closed("primary")).count();
        }
        int failed = healthy.stream().mapToInt(instance -> instance.attempts).sum();
        assertThat(failed).isPositive();
        assertThat(opened).as("of %d", failed).isLessThanOrEqualTo(failed / 2);
        assertThat(world.instances.get(0).answeredBy()).isEqualTo("second");
        world.close();
    }
}
