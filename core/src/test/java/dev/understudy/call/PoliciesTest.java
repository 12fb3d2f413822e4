package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Policies that depend on the model or on the options of a call. */
class PoliciesTest {

    private static final Capabilities PLAIN = Capabilities.of(Feature.STREAMING);
    private static final Capabilities REASONING = Capabilities.of(Feature.REASONING);
    private static final Capabilities LOADING = Capabilities.of(Feature.LOADING);
    private static final Capabilities BOTH = Capabilities.of(Feature.REASONING, Feature.LOADING);

    @Test
    void timeoutsFollowTheModel() {
        Policies policies = CallFixtures.DEFAULTS;
        assertThat(policies.timeoutsOf(PLAIN)).isSameAs(policies.timeoutPolicy());
        assertThat(policies.timeoutsOf(REASONING)).isSameAs(policies.reasoning());
        assertThat(policies.timeoutsOf(LOADING)).isSameAs(policies.loading());
    }

    @Test
    void modelThatReasonsAndIsLoadedHasTheLongerLimits() {
        TimeoutPolicy reasoning = timeouts(1, 20, 3, 40, 5, 60, 0.2, Duration.ofSeconds(7));
        TimeoutPolicy loading = timeouts(10, 2, 30, 4, 50, 6, 0.7, Duration.ofSeconds(9));
        TimeoutPolicy longest = timeouts(10, 20, 30, 40, 50, 60, 0.7, Duration.ofSeconds(9));
        assertThat(of(reasoning, loading).timeoutsOf(BOTH)).isEqualTo(longest);
        assertThat(of(loading, reasoning).timeoutsOf(BOTH)).isEqualTo(longest);
    }

    @ParameterizedTest
    @CsvSource({"2,", ",2", ","})
    void unlimitedHeadersAreTheLongest(@Nullable Integer one, @Nullable Integer other) {
        TimeoutPolicy policy = TimeoutPolicy.defaults();
        Policies policies = of(policy.withHeaders(seconds(one)), policy.withHeaders(seconds(other)));
        assertThat(policies.timeoutsOf(BOTH).headers()).isNull();
    }

    @Test
    void callWithoutRetriesHasNone() {
        Policies policies = CallFixtures.DEFAULTS;
        CallOptions without = new CallOptions(null, null, Map.of(), Set.of(), Map.of(), Set.of(), true);
        assertThat(policies.of(CallOptions.NONE)).isSameAs(policies);
        Policies once = policies.of(without);
        assertThat(once.options().retry()).isEqualTo(RetryPolicy.defaults().withRetries(0));
        assertThat(once.of(without)).isSameAs(once);
    }

    @Test
    void descriptionListsThePoliciesInOrder() {
        Policies policies = CallFixtures.DEFAULTS;
        assertThat(policies.described())
                .containsExactly(
                        policies.options().retry(),
                        policies.limits(),
                        policies.retryBudget(),
                        policies.timeoutPolicy(),
                        policies.circuit(),
                        policies.failoverPolicy(),
                        policies.hedgingPolicy());
    }

    private static TimeoutPolicy timeouts(
            int firstContent,
            int idle,
            int inToolCall,
            int inReasoning,
            int response,
            int total,
            double share,
            Duration headers) {
        return new TimeoutPolicy(
                seconds(firstContent),
                seconds(idle),
                seconds(inToolCall),
                seconds(inReasoning),
                seconds(response),
                seconds(total),
                share,
                headers);
    }

    private static @Nullable Duration seconds(@Nullable Integer seconds) {
        return seconds == null ? null : Duration.ofSeconds(seconds);
    }

    private static Policies of(TimeoutPolicy reasoning, TimeoutPolicy loading) {
        Policies defaults = CallFixtures.DEFAULTS;
        return new Policies(
                defaults.understudy(),
                defaults.options(),
                defaults.limits(),
                defaults.retryBudget(),
                defaults.timeoutPolicy(),
                reasoning,
                loading,
                defaults.circuit(),
                defaults.failoverPolicy(),
                defaults.selection(),
                defaults.hedgingPolicy(),
                defaults.healthCheckPolicy(),
                defaults.contextWindow(),
                defaults.failureTyping(),
                defaults.listener(),
                defaults.statePublisher(),
                defaults.timeSource(),
                defaults.random());
    }
}
