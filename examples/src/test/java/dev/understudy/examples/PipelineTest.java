package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class PipelineTest {

    @Test
    void oneOfSixDocumentsExceedsTheDeadline() {
        CapturedOutput output = new CapturedOutput();
        assertThat(Pipeline.run(output.consoleOutput)).isZero();
        assertThat(output.text())
                .contains(
                        "[letter]",
                        "fails over from lead/gpt-demo to deputy/claude-demo because of overloaded",
                        "[novel]",
                        "the share of the call's time for one attempt",
                        "fails over from lead/gpt-demo to deputy/claude-demo because of timeout",
                        "novel    The time of the call is over",
                        "poster   In short");
    }

    @Test
    void atMostThreeCallsRunAtATime() {
        ScriptedProvider writer = ScriptedProvider.named("writer").always(ScriptedAnswer.hang());
        var subscription = Pipeline.summaries(Flux.range(1, 6).map(i -> new Pipeline.Document("d" + i, "text")), writer)
                .contextWrite(CallContext.deadline(Duration.ofMinutes(1)))
                .subscribe();
        assertThat(writer.live()).isEqualTo(3);
        subscription.dispose();
        assertThat(writer.live()).isZero();
    }
}
