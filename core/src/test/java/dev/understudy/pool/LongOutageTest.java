package dev.understudy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.policy.Selection;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reports of calls while the first provider is down and another one is active. */
class LongOutageTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider primary = ScriptedProvider.named("primary");
    private final ScriptedProvider backup = ScriptedProvider.named("backup").always(ScriptedAnswer.text("It is me."));

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyCallOfAnOutageIsAFallback(boolean streamed) {
        primary.always(ScriptedAnswer.fail(Failure.of(FailureKind.OVERLOADED, "down")));
        Understudy understudy = scenario.builder(primary, backup).build();
        List<CallResult> calls = calls(understudy, streamed);
        assertThat(calls).hasSize(300).allMatch(call -> call.finish().servedBy().fallback());
        assertThat(calls)
                .allMatch(call -> call.finish().servedBy().requestedProvider().equals("primary"));
        assertThat(primary.subscriptions()).as("attempts at the primary").isLessThan(30);
        assertThat(scenario.events(Event.FailedOver.class))
                .hasSize(300)
                .allMatch(over -> over.from().provider().equals("primary")
                        && over.to().provider().equals("backup"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noCallIsAFallbackAfterAManualSwitch(boolean streamed) {
        primary.always(ScriptedAnswer.text("It is me, too."));
        Understudy understudy = scenario.builder(primary, backup).build();
        understudy.control().switchTo("backup");
        assertThat(calls(understudy, streamed))
                .hasSize(300)
                .allMatch(call -> call.by().equals("backup"))
                .noneMatch(call -> call.finish().servedBy().fallback());
        assertThat(scenario.events(Event.FailedOver.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void providerThatTheSelectionChoseIsNoFallback(boolean streamed) {
        primary.always(ScriptedAnswer.text("It is me, too."));
        Understudy understudy = scenario.builder(primary, backup)
                .selection(Selection.weighted())
                .build();
        List<CallResult> calls = calls(understudy, streamed);
        assertThat(calls).extracting(CallResult::by).contains("primary", "backup");
        assertThat(calls).noneMatch(call -> call.finish().servedBy().fallback());
        assertThat(scenario.events(Event.FailedOver.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callThatAsksNoRouteReportsNoFailover(boolean streamed) {
        backup.always(ScriptedAnswer.fail(
                Failure.of(FailureKind.RATE_LIMITED, "later").withRetryAfter(Duration.ofMinutes(2))));
        Understudy understudy = scenario.builder(primary, backup).build();
        understudy.control().hold("primary", Duration.ofHours(1));
        CallResult first = streamed ? scenario.stream(understudy) : scenario.chat(understudy);
        CallResult second = streamed ? scenario.stream(understudy) : scenario.chat(understudy);
        assertThat(first.served()).isFalse();
        assertThat(second.served()).isFalse();
        assertThat(backup.subscriptions()).isEqualTo(1);
        assertThat(scenario.events(Event.FailedOver.class)).hasSize(1);
    }

    private List<CallResult> calls(Understudy understudy, boolean streamed) {
        return scenario.load(understudy, streamed, Duration.ofSeconds(1), Duration.ofSeconds(300));
    }
}
