package dev.understudy;

import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.ProviderStatus;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Callers that invent model names neither switch circuits nor holds off for models that are seen later. */
class ManyModelNamesTest {

    private static final int INVENTED = 1_500;

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final Understudy understudy =
            scenario.builder(a).retry(VirtualScenario.ONCE).build();

    @BeforeEach
    void inventedNames() {
        a.always(ScriptedAnswer.text("fine"));
        Flux.range(0, INVENTED)
                .concatMap(i -> understudy.chat(request("invented-" + i)))
                .blockLast();
    }

    @Test
    void circuitOfAModelSeenLaterOpens() {
        a.always(ScriptedAnswer.fail(Failure.of(FailureKind.SERVER, "broken").withStatus(500, null)));
        Flux.range(0, 10)
                .concatMap(i -> understudy.chat(request("real")).onErrorResume(e -> Mono.empty()))
                .blockLast();
        assertThat(standing(understudy, "a").circuits()).containsEntry("real", ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void holdOfAModelSeenLaterIsInForceAndSurvives() {
        assertThat(understudy.control().hold("a", "held", null)).isFalse();
        inventedNames();
        int before = a.calls().size();
        assertThat(understudy
                        .chat(request("held"))
                        .onErrorResume(e -> Mono.empty())
                        .block())
                .isNull();
        assertThat(a.calls()).hasSize(before);
        assertThat(standing(understudy, "a").circuits()).containsEntry("held", ProviderStatus.CircuitState.FORCED_OPEN);
    }

    @Test
    void holdReturnsWhetherAnyCallUsedTheModel() {
        assertThat(understudy.control().hold("a", "invented-" + (INVENTED - 1), null))
                .isTrue();
        assertThat(understudy.control().hold("a", "misspelt", null)).isFalse();
    }

    private static ChatRequest request(String model) {
        return ChatRequest.of(model, "Who is there?");
    }
}
