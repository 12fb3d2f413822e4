package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class WindowsTest {

    private static final long NOW = 1_000;

    private final Windows windows = new Windows();

    @Test
    void whatNobodyKnowsIsNull() {
        assertThat(windows.known(route("m", null), NOW)).isNull();
    }

    @Test
    void theDeclaredWindowHoldsUntilASmallerOneIsLearned() {
        Route route = route("m", 200_000);
        assertThat(windows.known(route, NOW)).isEqualTo(200_000);

        windows.note(route, overflow(128_000), NOW);

        assertThat(windows.known(route, NOW)).isEqualTo(128_000);
    }

    @Test
    void aLargerOneThanDeclaredIsNotBelieved() {
        Route route = route("m", 8_000);

        windows.note(route, overflow(9_000), NOW);

        assertThat(windows.known(route, NOW)).isEqualTo(8_000);
    }

    @Test
    void learnsPerProviderAndModel() {
        windows.note(route("m", null), overflow(8_000), NOW);

        assertThat(windows.known(route("m", null), NOW)).isEqualTo(8_000);
        assertThat(windows.known(route("other", null), NOW)).isNull();
        assertThat(windows.known(
                        new Route(Doors.member(new Named("elsewhere"), Seat.any()), "m", Capabilities.assumed()), NOW))
                .isNull();
    }

    @Test
    void theLatestOverflowIsRight() {
        windows.note(route("m", null), overflow(8_000), NOW);
        windows.note(route("m", null), overflow(16_000), NOW);

        assertThat(windows.known(route("m", null), NOW)).isEqualTo(16_000);
    }

    @Test
    void isForgottenAfterAnHour() {
        windows.note(route("m", 32_000), overflow(8_000), NOW);
        long hour = Windows.BELIEVED.toNanos();

        assertThat(windows.known(route("m", 32_000), NOW + hour - 1)).isEqualTo(8_000);
        assertThat(windows.known(route("m", 32_000), NOW + hour)).isEqualTo(32_000);
    }

    @Test
    void failuresThatTellNoWindowTeachNothing() {
        windows.note(route("m", null), Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long"), NOW);
        windows.note(route("m", null), overflow(0), NOW);

        assertThat(windows.size()).isZero();
    }

    @Test
    void theOneLearnedLongestAgoMakesRoom() {
        for (int i = 0; i < Windows.MOST; i++) {
            windows.note(route("m" + i, null), overflow(i + 1), NOW);
        }
        windows.note(route("m0", null), overflow(1), NOW);
        windows.note(route("new", null), overflow(5), NOW);

        assertThat(windows.size()).isEqualTo(Windows.MOST);
        assertThat(windows.known(route("m0", null), NOW)).isEqualTo(1);
        assertThat(windows.known(route("m1", null), NOW)).isNull();
        assertThat(windows.known(route("new", null), NOW)).isEqualTo(5);
    }

    @Test
    void nothingIsLostWhenManyLearnAtOnce() {
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 100; i++) {
                    windows.note(route(thread + "-" + i, null), overflow(i + 1), NOW);
                }
            }));
        }
        threads.forEach(CompletableFuture::join);

        assertThat(windows.size()).isEqualTo(400);
    }

    private static Route route(String model, @Nullable Integer declared) {
        Capabilities capabilities = Capabilities.assumed();
        return new Route(
                Doors.member(new Named("p"), Seat.any()),
                model,
                declared == null ? capabilities : capabilities.withWindow(declared));
    }

    private static Failure overflow(int window) {
        return Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long").withWindow(window);
    }

    private record Named(String name) implements ChatProvider {

        @Override
        public Capabilities capabilities(String model) {
            return Capabilities.assumed();
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.empty();
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.empty();
        }
    }
}
