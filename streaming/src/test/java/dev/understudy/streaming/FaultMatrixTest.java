package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.StreamChunk;
import dev.understudy.event.ProviderStatus;
import dev.understudy.testing.RecordedRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Every fault in every phase, in every way of going on, on sockets; single and double. The default run plays
 * every other combination with one kind of fallbacks, over one protocol and in one dialect, {@code
 * -Dunderstudy.tests.all=true} all.
 */
class FaultMatrixTest {

    private static final int AT_A_TIME = 16;
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");

    @Test
    void everyCellEndsAsItsStrategyRequires() {
        long began = System.nanoTime();
        Duration cpu = cpu();
        Map<String, Integer> skipped = new TreeMap<>();
        MatrixCell.all().stream()
                .map(MatrixCell::skipped)
                .filter(Objects::nonNull)
                .forEach(why -> skipped.merge(why, 1, Integer::sum));
        List<MatrixCell> cells = ALL
                ? MatrixCell.all().stream()
                        .filter(cell -> cell.skipped() == null)
                        .toList()
                : MatrixCell.sample();
        List<String> wrong;
        try (MatrixFixture fixture = new MatrixFixture()) {
            AtomicInteger number = new AtomicInteger();
            // Those that wait for a timeout come last: then everything is warm, and many can wait at the same time.
            wrong = Flux.concat(
                            Flux.fromIterable(cells)
                                    .filter(cell -> !cell.isSilent())
                                    .flatMap(cell -> play(fixture, cell, number.incrementAndGet()), AT_A_TIME),
                            Flux.fromIterable(cells)
                                    .filter(MatrixCell::isSilent)
                                    .flatMap(cell -> play(fixture, cell, number.incrementAndGet()), 3 * AT_A_TIME))
                    .collectList()
                    .block(Duration.ofMinutes(8));
        }
        report(cells, skipped, System.nanoTime() - began, cpu().minus(cpu));
        assertThat(wrong)
                .as("%d of %d cells", wrong == null ? 0 : wrong.size(), cells.size())
                .isEmpty();
        assertThat(cells).hasSizeGreaterThan(ALL ? 1000 : 200);
    }

    private static void report(List<MatrixCell> cells, Map<String, Integer> skipped, long nanos, Duration cpu) {
        long http2 = cells.stream()
                .filter(cell -> cell.wire() == MatrixCell.Wire.HTTP2)
                .count();
        StringBuilder figures = new StringBuilder(
                "Fault matrix: %d cells (HTTP/1.1 %d, HTTP/2 %d) played in %.1f s (%.1f s of CPU), %d skipped%n"
                        .formatted(
                                cells.size(),
                                cells.size() - http2,
                                http2,
                                nanos / 1e9,
                                cpu.toMillis() / 1e3,
                                skipped.values().stream().mapToInt(i -> i).sum()));
        skipped.forEach((why, count) -> figures.append("  %5d skipped: %s%n".formatted(count, why)));
        SuiteFigures.write("fault matrix", figures.toString());
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** What is wrong with a cell; empty when nothing is. Where threads may wait, for who makes TLS reads the system's random. */
    private static Mono<String> play(MatrixFixture fixture, MatrixCell cell, int number) {
        return Mono.using(
                        () -> fixture.open(cell, number),
                        played -> {
                            List<StreamChunk> chunks = new ArrayList<>();
                            Flux<StreamChunk> stream = number % 2 == 0
                                    ? played.play()
                                    : played.play().limitRate(1);
                            return stream.doOnNext(chunks::add)
                                    .then(Mono.just(new MatrixVerdict.Observed(chunks, null)))
                                    .timeout(LONG)
                                    .onErrorResume(error -> Mono.just(new MatrixVerdict.Observed(chunks, error)))
                                    .publishOn(Schedulers.boundedElastic())
                                    .flatMap(told ->
                                            settled(played).map(left -> MatrixVerdict.complaint(played, told) + left))
                                    .filter(words -> !words.isEmpty())
                                    .map(words -> cell + ": " + words);
                        },
                        MatrixFixture.CellRun::close)
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** Waits until nothing of it is left running, and says what is. */
    private static Mono<String> settled(MatrixFixture.CellRun played) {
        Mono<String> permits = Mono.fromCallable(() -> {
                    int inFlight = played.understudy.control().status().stream()
                            .mapToInt(ProviderStatus::inFlight)
                            .sum();
                    if (inFlight != 0) {
                        throw new IllegalStateException(inFlight + " attempts in flight");
                    }
                    return "";
                })
                .retryWhen(Retry.fixedDelay(100, Duration.ofMillis(20)))
                .onErrorResume(error -> Mono.just("in flight: " + error.getCause()));
        Mono<String> exchanges = Flux.fromIterable(played.asked)
                .concatMapIterable(all -> all)
                .concatMap(RecordedRequest::ended)
                .then(Mono.just(""))
                .timeout(Duration.ofSeconds(8), Mono.just("an exchange is still open; "));
        return permits.zipWith(exchanges, String::concat);
    }
}
