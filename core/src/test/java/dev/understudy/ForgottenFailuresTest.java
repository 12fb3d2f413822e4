package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An operator that lets a client forget the failures of a provider ends all of their consequences at once. */
class ForgottenFailuresTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cooldownsEnd(boolean streamed) {
        a.then(ScriptedAnswer.fail(
                Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(Duration.ofMinutes(5))));
        a.always(ScriptedAnswer.text("well"));
        Understudy understudy = scenario.builder(a).build();
        ask(understudy, streamed);
        assertThat(ask(understudy, streamed).served()).isFalse();
        understudy.control().forgetFailures("a");
        assertThat(ask(understudy, streamed).served()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void circuitsClose(boolean streamed) {
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy understudy = scenario.builder(a)
                .circuit(CircuitPolicy.defaults().withConsecutive(1))
                .build();
        ask(understudy, streamed);
        assertThat(circuit(understudy)).isEqualTo(ProviderStatus.CircuitState.OPEN);
        understudy.control().forgetFailures("a");
        assertThat(circuit(understudy)).isEqualTo(ProviderStatus.CircuitState.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void learnedWindowsEnd(boolean streamed) {
        ChatRequest longer = ChatRequest.of(
                "m",
                List.of(
                        Message.user("one".repeat(300)),
                        Message.assistant("two".repeat(300)),
                        Message.user("three".repeat(100))));
        Failure overflow = Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long")
                .withStatus(400, "context_length_exceeded")
                .withWindow(300);
        Understudy understudy = scenario.builder(a).build();
        for (int i = 0; i < 2; i++) {
            a.then(ScriptedAnswer.fail(overflow), ScriptedAnswer.text("well"));
            ask(understudy, longer, streamed);
        }
        a.always(ScriptedAnswer.text("well"));
        ask(understudy, longer, streamed);
        assertThat(last().messages()).hasSizeLessThan(3);
        understudy.control().forgetFailures("a");
        ask(understudy, longer, streamed);
        assertThat(last().messages()).isEqualTo(longer.messages());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tokensOfTheRateLimitAreReturned(boolean streamed) {
        Understudy understudy = scenario.builder()
                .provider(
                        a,
                        ProviderOptions.defaults()
                                .withLimits(ProviderOptions.RateLimits.none().withRequestsPerMinute(1)))
                .build();
        assertThat(ask(understudy, streamed).served()).isTrue();
        assertThat(ask(understudy, streamed).served()).isFalse();
        understudy.control().forgetFailures("a");
        assertThat(ask(understudy, streamed).served()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void providerForgetsItsKeysToo(boolean streamed) {
        Keyed keyed = new Keyed(a);
        Understudy understudy = scenario.builder(keyed).build();
        ask(understudy, streamed);
        assertThat(VirtualScenario.standing(understudy, "a").keyCooldowns()).hasSize(1);
        assertThat(keyed.forgot).isZero();
        understudy.control().forgetFailures("a");
        assertThat(VirtualScenario.standing(understudy, "a").keyCooldowns()).isEmpty();
        assertThat(keyed.forgot).isEqualTo(1);
    }

    private ChatRequest last() {
        return a.requests().get(a.requests().size() - 1);
    }

    private static ProviderStatus.CircuitState circuit(Understudy understudy) {
        return VirtualScenario.standing(understudy, "a").circuits().get("m");
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return ask(understudy, REQUEST, streamed);
    }

    private CallResult ask(Understudy understudy, ChatRequest request, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(request)) : scenario.chat(understudy.chat(request));
    }

    /** Reports a key that cools down, and counts how often it is told to forget. */
    private static final class Keyed implements ChatProvider {

        private final ScriptedProvider answering;
        private int forgot;

        Keyed(ScriptedProvider answering) {
            this.answering = answering;
        }

        @Override
        public String name() {
            return "a";
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.deferContextual(context -> {
                report(CallScope.of(context));
                return answering.chat(request);
            });
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.deferContextual(context -> {
                report(CallScope.of(context));
                return answering.stream(request);
            });
        }

        @Override
        public void forgetFailures() {
            forgot++;
        }

        private static void report(CallScope scope) {
            scope.report(new ProviderEvent.KeyCoolingDown("a", "k-1", FailureKind.RATE_LIMITED, Duration.ofMinutes(1)));
        }
    }
}
