package dev.understudy.pool;

import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.chat.Capabilities;
import dev.understudy.event.Event;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Warnings of models that are turned off, in virtual time that begins on 1970-01-01. */
class RetirementsTest {

    private static final Duration DAY = Duration.ofDays(1);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private Understudy understudy = scenario.builder(a).build();

    @AfterEach
    void close() {
        understudy.close();
    }

    private static Capabilities until(String day) {
        return Capabilities.assumed().withRetirement(LocalDate.parse(day));
    }

    private void ask(boolean streamed) {
        if (streamed) {
            scenario.stream(understudy);
        } else {
            scenario.chat(understudy);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void warningBegins30DaysBeforeAndComesOnceADay(boolean streamed) {
        a.can(until("1970-02-01"));
        ask(streamed);
        assertThat(scenario.events(Event.ModelRetiring.class)).isEmpty();
        scenario.advance(DAY);
        ask(streamed);
        ask(streamed);
        assertThat(scenario.events(Event.ModelRetiring.class))
                .containsExactly(new Event.ModelRetiring("understudy", "a", "m", LocalDate.of(1970, 2, 1)));
        scenario.advance(DAY);
        ask(streamed);
        assertThat(scenario.events(Event.ModelRetiring.class)).hasSize(2);
    }

    @Test
    void modelThatIsOffIsWarnedOfToo() {
        scenario.advance(DAY.multipliedBy(100));
        a.can(until("1970-02-01"));
        ask(false);
        assertThat(scenario.events(Event.ModelRetiring.class)).hasSize(1);
    }

    @Test
    void modelWithoutADayIsNotWarnedOf() {
        ask(false);
        assertThat(scenario.events(Event.ModelRetiring.class)).isEmpty();
        assertThat(standing(understudy, "a").retirements()).isEmpty();
    }

    @Test
    void statusHasTheDayLongBefore() {
        a.can(until("1999-01-01"));
        ask(false);
        assertThat(standing(understudy, "a").retirements()).isEqualTo(Map.of("m", LocalDate.of(1999, 1, 1)));
        a.can(Capabilities.assumed());
        ask(false);
        assertThat(standing(understudy, "a").retirements()).as("withdrawn").isEmpty();
    }

    @Test
    void dayThatAProbeLearnsIsTold() {
        understudy.close();
        a.probing(() -> {
            a.can(until("1970-01-20"));
            return Mono.empty();
        });
        understudy = scenario.builder()
                .provider(a, Map.of("m", "a-m"))
                .healthChecks(HealthCheckPolicy.every(Duration.ofMinutes(1)))
                .build();
        scenario.advance(Duration.ofSeconds(90));
        assertThat(scenario.events(Event.ModelRetiring.class))
                .containsExactly(new Event.ModelRetiring("understudy", "a", "a-m", LocalDate.of(1970, 1, 20)));
    }
}
