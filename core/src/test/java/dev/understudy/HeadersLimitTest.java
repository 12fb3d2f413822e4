package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.guard.AttemptLink;
import dev.understudy.guard.ResponseStart;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The limit of the time to the headers of a stream, with providers that tell of their arrival. */
class HeadersLimitTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    private final TimeoutPolicy limits = TimeoutPolicy.defaults().withHeaders(Duration.ofSeconds(2));
    private final ScriptedAnswer late =
            scenario.timed(ScriptedAnswer.text("late").beforeFirst(Duration.ofSeconds(5)));

    @Test
    void streamWithoutHeadersFailsAtTheirLimit() {
        CallResult result = ask(understudy(false), true);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(result.outcomes()).containsExactly("slow:failed", "b:served");
    }

    @Test
    void streamWithHeadersMayTakeLongerToItsFirstContent() {
        CallResult result = ask(understudy(true), true);
        scenario.advance(Duration.ofSeconds(5));
        assertThat(result.outcomes()).containsExactly("slow:served");
    }

    @Test
    void responseHasNoLimitOfItsHeaders() {
        CallResult result = ask(understudy(false), false);
        scenario.advance(Duration.ofSeconds(5));
        assertThat(result.outcomes()).containsExactly("slow:served");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutLimitTheProviderIsNotAskedToTell(boolean streamed) {
        a.always(late);
        Slow slow = new Slow(a, true);
        ask(scenario.builder(slow).build(), streamed);
        assertThat(slow.told).isZero();
    }

    private Understudy understudy(boolean tells) {
        a.always(late);
        return scenario.builder(new Slow(a, tells), b).timeouts(limits).build();
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }

    /** Tells the arrival of its headers at once, if it is asked to. */
    private static final class Slow implements ChatProvider {

        private final ChatProvider answering;
        private final boolean tells;
        private int told;

        Slow(ChatProvider answering, boolean tells) {
            this.answering = answering;
            this.tells = tells;
        }

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.deferContextual(context -> {
                headers(AttemptLink.of(context).responseStart());
                return answering.chat(request);
            });
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.deferContextual(context -> {
                headers(AttemptLink.of(context).responseStart());
                return answering.stream(request);
            });
        }

        private void headers(ResponseStart responseStart) {
            if (tells && responseStart != null) {
                responseStart.arrived();
                told++;
            }
        }
    }
}
