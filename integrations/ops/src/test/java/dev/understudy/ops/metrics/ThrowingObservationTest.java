package dev.understudy.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.ops.Spans;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationHandler;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** Conventions and handlers of an application that throw fail no call; conventions leave no span open. */
class ThrowingObservationTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "?");

    private final Spans spans = new Spans();
    private final ScriptedProvider provider = ScriptedProvider.named("a").always(ScriptedAnswer.text("Here."));

    private static class Throwing implements GlobalObservationConvention<Observation.Context> {

        @Override
        public String getName() {
            throw new IllegalStateException("name");
        }

        @Override
        public String getContextualName(Observation.Context context) {
            throw new AssertionError("contextual name");
        }

        @Override
        public KeyValues getLowCardinalityKeyValues(Observation.Context context) {
            throw new IllegalStateException("low");
        }

        @Override
        public KeyValues getHighCardinalityKeyValues(Observation.Context context) {
            throw new IllegalStateException("high");
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    private String text(boolean streamed, ChatProvider observed) {
        Flux<String> text = streamed
                ? observed.stream(REQUEST).map(chunk -> chunk.text())
                : observed.chat(REQUEST).map(response -> response.text()).flux();
        return String.join("", text.collectList().blockOptional(SOON).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void throwingConventionIsReplacedByTheDefault(boolean streamed) {
        ObservationConvention<Observation.Context> throwing = new Throwing();
        Observations observed = Observations.over(Understudy.over(provider), spans.registry)
                .withCallConvention(throwing)
                .withAttemptConvention(throwing);
        assertThat(text(streamed, observed)).isEqualTo("Here.");
        assertThat(Spans.key(spans.one("understudy.outcome", "served"), "gen_ai.operation.name"))
                .isEqualTo("chat");
        spans.assertAllEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void throwingConventionOfTheRegistryFailsNoCall(boolean streamed) {
        spans.registry.observationConfig().observationConvention(new Throwing());
        assertThat(text(streamed, Observations.over(Understudy.over(provider), spans.registry)))
                .isEqualTo("Here.");
        spans.assertAllEnded();
    }

    @ParameterizedTest
    @CsvSource({"false, start", "true, start", "false, stop", "true, stop"})
    void throwingHandlerFailsNoCall(boolean streamed, String when) {
        spans.registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStart(Observation.Context context) {
                if (when.equals("start")) {
                    throw new IllegalStateException(when);
                }
            }

            @Override
            public void onStop(Observation.Context context) {
                if (when.equals("stop")) {
                    throw new IllegalStateException(when);
                }
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        assertThat(text(streamed, Observations.over(Understudy.over(provider), spans.registry)))
                .isEqualTo("Here.");
    }
}
