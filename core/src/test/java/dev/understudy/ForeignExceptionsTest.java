package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.RetryPolicy;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Providers of the caller that fail with exceptions of other libraries. */
class ForeignExceptionsTest {

    private final VirtualScenario scenario = new VirtualScenario();

    /** A provider that fails with one exception, in streams after some text. */
    private static final class Failing implements ChatProvider {

        private final Throwable error;
        private final Flux<StreamChunk> before;
        private int asked;

        Failing(Throwable error, StreamChunk... before) {
            this.error = error;
            this.before = Flux.just(before);
        }

        @Override
        public String name() {
            return "mine";
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.defer(() -> {
                asked++;
                return Mono.error(error);
            });
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.defer(() -> {
                asked++;
                return before.concatWith(Mono.error(error));
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void socketTimeoutIsATimeout(boolean streamed) {
        assertThat(kind(new Failing(new SocketTimeoutException("Read timed out")), streamed))
                .isEqualTo(FailureKind.TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endOfFileIsACut(boolean streamed) {
        assertThat(kind(new Failing(new EOFException()), streamed)).isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void resetWithinTheBodyIsACut() {
        CallResult result = ask(
                scenario.builder(new Failing(new IOException("Connection reset"), new StreamChunk.Text("one")))
                        .build(),
                true);
        assertThat(((ChatException.PartialAnswer) result.error).failure().kind())
                .isEqualTo(FailureKind.TRUNCATED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void retriesHoldForWhatIsTyped(boolean streamed) {
        Failing provider = new Failing(new IllegalStateException("HTTP 503 - busy"));
        Understudy understudy = scenario.builder(provider)
                .retry(RetryPolicy.defaults().withRetries(3))
                .build();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofMinutes(1));
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(provider.asked).isEqualTo(4);
        assertThat(scenario.events(Event.AttemptFailed.class))
                .allSatisfy(
                        failed -> assertThat(failed.attempt().failure().kind()).isEqualTo(FailureKind.OVERLOADED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelOfTheProviderIsNoFailure(boolean streamed) {
        Understudy understudy =
                scenario.builder(new Failing(new CancellationException())).build();
        for (int i = 0; i < 10; i++) {
            assertThat(ask(understudy, streamed).error).isInstanceOf(ChatException.Exhausted.class);
        }
        ProviderStatus standing = VirtualScenario.standing(understudy, "mine");
        assertThat(standing.consecutiveFailures()).isZero();
        assertThat(scenario.events(Event.CircuitStateChanged.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void classifierOfTheCallerIsAskedFirst(boolean streamed) {
        Failure mine = Failure.of(FailureKind.QUOTA, "used up");
        Understudy understudy = scenario.builder(new Failing(new EOFException()))
                .failureClassifier(error -> error instanceof EOFException ? mine : null)
                .build();
        assertThat(((ChatException.Exhausted) ask(understudy, streamed).error).getCause())
                .isInstanceOfSatisfying(ChatException.CallFailed.class, failed -> assertThat(failed.failure())
                        .isEqualTo(mine));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void classifierThatThrowsIsIgnored(boolean streamed) {
        Understudy understudy = scenario.builder(new Failing(new EOFException()))
                .failureClassifier(error -> {
                    throw new IllegalStateException("broken");
                })
                .build();
        assertThat(((ChatException.CallFailed) ask(understudy, streamed).error.getCause())
                        .failure()
                        .kind())
                .isEqualTo(FailureKind.TRUNCATED);
    }

    private FailureKind kind(ChatProvider provider, boolean streamed) {
        CallResult result = ask(scenario.builder(provider).build(), streamed);
        return ((ChatException.CallFailed) result.error.getCause()).failure().kind();
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(REQUEST)) : scenario.chat(understudy.chat(REQUEST));
    }
}
