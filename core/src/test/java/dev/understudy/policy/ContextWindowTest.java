package dev.understudy.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatRequest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

class ContextWindowTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "hello");

    @Test
    void isWrittenToTheContext() {
        Flux<ContextWindow> below = Flux.deferContextual(context -> Mono.justOrEmpty(ContextWindow.from(context)));

        StepVerifier.create(below.contextWrite(ContextWindow.keep(8_000)))
                .expectNext(ContextWindow.keep(8_000))
                .verifyComplete();
    }

    @Test
    void innerPolicyReplacesTheOuter() {
        Mono<ContextWindow> below = Mono.deferContextual(context -> Mono.justOrEmpty(ContextWindow.from(context)));

        StepVerifier.create(below.contextWrite(ContextWindow.none()).contextWrite(ContextWindow.keep(10)))
                .expectNext(ContextWindow.none())
                .verifyComplete();
    }

    @Test
    void emptyContextHasNoPolicy() {
        assertThat(ContextWindow.from(Context.empty())).isNull();
    }

    @Test
    void keepIsLimitedByTheWindow() {
        ContextWindow policy = ContextWindow.keep(8_000);

        assertThat(policy.limit(REQUEST, null)).isEqualTo(8_000);
        assertThat(policy.limit(REQUEST, 100_000)).isEqualTo(8_000);
        assertThat(policy.limit(REQUEST, 8_192)).isEqualTo(8_192 - 1_024);
        assertThat(policy.withModelWindow(false).limit(REQUEST, 8_192)).isEqualTo(8_000);
    }

    @Test
    void autoHasNoLimitWithoutAWindow() {
        assertThat(ContextWindow.defaults().limit(REQUEST, null)).isNull();
        assertThat(ContextWindow.defaults().limit(REQUEST, 8_192)).isEqualTo(8_192 - 1_024);
    }

    @Test
    void offHasNoLimit() {
        assertThat(ContextWindow.none().limit(REQUEST, 10)).isNull();
        assertThat(ContextWindow.none().overflow()).isEqualTo(ContextWindow.Overflow.FAIL);
    }

    @Test
    void maxTokensAreReservedForTheAnswer() {
        ContextWindow auto = ContextWindow.defaults();

        assertThat(auto.limit(REQUEST.withMaxTokens(5_000), 8_000)).isEqualTo(3_000);
        assertThat(auto.limit(REQUEST.withMaxTokens(10), 8_000)).isEqualTo(7_990);
    }

    @Test
    void maxTokensAboveTheWindowAreIgnored() {
        assertThat(ContextWindow.defaults().limit(REQUEST.withMaxTokens(8_000), 8_000))
                .isEqualTo(8_000 - 1_024);
    }

    @Test
    void reserveIsAtMostAQuarterOfTheWindow() {
        assertThat(ContextWindow.defaults().limit(REQUEST, 2_000)).isEqualTo(1_500);
        assertThat(ContextWindow.defaults().limit(REQUEST, 1)).isEqualTo(1);
        assertThat(ContextWindow.defaults().withReserve(0).limit(REQUEST, 2_000))
                .isEqualTo(2_000);
    }

    @Test
    void refusesInvalidLimits() {
        assertThatThrownBy(() -> ContextWindow.keep(0)).hasMessageContaining("tokens is 1 or more");
        assertThatThrownBy(() -> ContextWindow.defaults().withReserve(-1)).hasMessageContaining("reserve is 0 or more");
    }
}
