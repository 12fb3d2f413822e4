package dev.understudy.call;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryBudget;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Two providers answer at one instant on two threads: one answer is emitted completely, the other not at all. */
class RaceTest {

    private static final long SEED = 20_261_120;
    private static final int CALLS = 2_000;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void exactlyOneAttemptEmitsAndAllIsReleased(boolean streamed) {
        Random random = new Random(SEED);
        Scheduler one = Schedulers.newSingle("one");
        Scheduler other = Schedulers.newSingle("other");
        ScriptedProvider a =
                ScriptedProvider.named("a").rule(request -> answer("aaa", 1_000 + random.nextInt(3_000), one));
        ScriptedProvider b = ScriptedProvider.named("b").rule(request -> answer("bbb", random.nextInt(1_000), other));
        Understudy understudy = Understudy.builder()
                .provider(a)
                .provider(b)
                .retry(RetryPolicy.none())
                .hedging(HedgingPolicy.defaults()
                        .withAtLeast(Duration.ofMillis(1))
                        .withPercentile(0.01)
                        .withMaxExtra(1))
                .retryBudget(RetryBudget.none())
                .build();
        Map<String, Integer> winners = new TreeMap<>();
        List<Said> all = Objects.requireNonNull(Flux.range(0, CALLS)
                .flatMap(i -> streamed ? streamed(understudy) : whole(understudy), 4)
                .collectList()
                .block(Duration.ofSeconds(60)));
        for (Said said : all) {
            String by = said.finish.servedBy().provider();
            assertThat(said.text).isEqualTo(by.repeat(3) + " " + by.repeat(3));
            assertThat(said.finish.servedBy().attemptLog().attempts())
                    .extracting(AttemptLog.Attempt::outcome)
                    .endsWith(AttemptLog.Outcome.SERVED)
                    .doesNotContain(AttemptLog.Outcome.FAILED, AttemptLog.Outcome.SKIPPED)
                    .hasSizeLessThanOrEqualTo(2);
            winners.merge(by, 1, Integer::sum);
        }
        assertThat(all).hasSize(CALLS);
        assertThat(winners).as("calls won by each provider").containsOnlyKeys("a", "b");
        assertThat(a.live() + b.live()).isZero();
        assertThat(understudy.control().status()).allSatisfy(providerStatus -> {
            assertThat(providerStatus.inFlight()).isZero();
            assertThat(providerStatus.consecutiveFailures()).isZero();
        });
        one.dispose();
        other.dispose();
    }

    private record Said(String text, StreamChunk.Finish finish) {}

    private static Mono<Said> streamed(Understudy understudy) {
        return understudy.stream(REQUEST)
                .collectList()
                .map(chunks -> new Said(
                        chunks.stream().map(StreamChunk::text).collect(Collectors.joining()),
                        (StreamChunk.Finish) chunks.get(chunks.size() - 1)));
    }

    private static Mono<Said> whole(Understudy understudy) {
        return understudy.chat(REQUEST).map(response -> new Said(response.text(), response.finish()));
    }

    private static ScriptedAnswer answer(String word, int micros, Scheduler scheduler) {
        return ScriptedAnswer.text(word + " " + word)
                .beforeFirst(Duration.ofNanos(1_000L * micros))
                .on(scheduler);
    }
}
