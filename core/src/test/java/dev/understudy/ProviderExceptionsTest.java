package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Exceptions of a provider that are thrown instead of signalled, and errors of the JVM. */
class ProviderExceptionsTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thrownExceptionIsTypedLikeASignalledOne(boolean streamed) {
        IllegalStateException bug = new IllegalStateException("no such tenant");
        ScriptedProvider throwing = ScriptedProvider.named("a").always(ScriptedAnswer.throwing(bug));
        ScriptedProvider signalling = ScriptedProvider.named("a").always(ScriptedAnswer.error(bug));
        Failure thrown = firstFailure(ask(scenario.builder(throwing, b).build(), streamed));
        assertThat(thrown)
                .isEqualTo(firstFailure(ask(scenario.builder(signalling, b).build(), streamed)));
        assertThat(thrown.message()).isEqualTo("the provider failed with java.lang.IllegalStateException");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void missingPublisherIsNamed(boolean streamed) {
        CallResult alone = ask(scenario.builder(new Raw(() -> null)).build(), streamed);
        assertThat(alone.error).rootCause().hasMessage("the provider returned no publisher");
        CallResult rescued = ask(scenario.builder(new Raw(() -> null), b).build(), streamed);
        assertThat(rescued.outcomes()).containsExactly("a:failed", "b:served");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void errorOfTheJvmEndsTheCall(boolean streamed) {
        OutOfMemoryError fatal = new OutOfMemoryError("Java heap space");
        Understudy understudy =
                scenario.builder(new Raw(() -> Flux.error(fatal)), b).build();
        CallResult result = ask(understudy, streamed);
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class).hasRootCause(fatal);
        assertThat(b.subscriptions()).isZero();
        assertThat(VirtualScenario.standing(understudy, "a").consecutiveFailures())
                .as("no failure of the provider")
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stackOverflowFailsOver(boolean streamed) {
        CallResult result = ask(
                scenario.builder(new Raw(() -> Flux.error(new StackOverflowError())), b)
                        .build(),
                streamed);
        assertThat(result.outcomes()).containsExactly("a:failed", "b:served");
    }

    private static Failure firstFailure(CallResult result) {
        Failure failure = result.attemptLog().attempts().get(0).failure();
        assertThat(failure).isNotNull();
        return failure;
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(REQUEST)) : scenario.chat(understudy.chat(REQUEST));
    }

    /** Returns a publisher as it is, {@code null} included. */
    private record Raw(Supplier<@Nullable Flux<?>> publisher) implements ChatProvider {

        @Override
        public String name() {
            return "a";
        }

        @Override
        @SuppressWarnings("NullAway") // null is a test case
        public Mono<ChatResponse> chat(ChatRequest request) {
            Flux<?> answer = publisher.get();
            return answer == null ? null : answer.cast(ChatResponse.class).next();
        }

        @Override
        @SuppressWarnings("NullAway") // null is a test case
        public Flux<StreamChunk> stream(ChatRequest request) {
            Flux<?> answer = publisher.get();
            return answer == null ? null : answer.cast(StreamChunk.class);
        }
    }
}
