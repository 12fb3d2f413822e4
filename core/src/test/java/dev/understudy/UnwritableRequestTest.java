package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.testing.ScriptedProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that cannot be encoded are rejected at once and count against no provider. */
class UnwritableRequestTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider b = ScriptedProvider.named("b");

    static Stream<Arguments> cases() {
        Object deep = 1;
        for (int i = 0; i < 1_000; i++) {
            deep = List.of(deep);
        }
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        List<Arguments> cases = new ArrayList<>();
        for (boolean streamed : new boolean[] {false, true}) {
            cases.add(Arguments.of("not a number", Double.NaN, streamed));
            cases.add(Arguments.of("infinite", Double.NEGATIVE_INFINITY, streamed));
            cases.add(Arguments.of("nested too deeply", deep, streamed));
            cases.add(Arguments.of("within itself", endless, streamed));
            cases.add(Arguments.of("no JSON type", new Object(), streamed));
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0} streamed={2}")
    @MethodSource("cases")
    void unwritableRequestIsRejectedAtOnce(String name, Object value, boolean streamed) {
        ChatProvider a = Providers.openAiCompatible("http://127.0.0.1:1/v1", "key");
        Understudy understudy =
                scenario.builder(a, b).retry(RetryPolicy.defaults()).build();
        ChatRequest request = VirtualScenario.REQUEST.withExtra("openai-chat", "x", value);
        for (int call = 0; call < 10; call++) {
            scenario.events.clear();
            CallResult result =
                    streamed ? scenario.stream(understudy.stream(request)) : scenario.chat(understudy.chat(request));
            assertThat(result.error)
                    .isInstanceOf(ChatException.Rejected.class)
                    .hasMessageContaining("the request cannot be written");
            assertThat(scenario.events(Event.CallFailed.class)).hasSize(1);
        }
        assertThat(b.subscriptions()).isZero();
        assertThat(scenario.events(Event.CircuitStateChanged.class)).isEmpty();
        ProviderStatus providerStatus = VirtualScenario.standing(understudy, a.name());
        assertThat(providerStatus.consecutiveFailures()).isZero();
        assertThat(providerStatus.lastFailure()).isNull();
        assertThat(providerStatus.inFlight()).isZero();
        understudy.close();
    }
}
