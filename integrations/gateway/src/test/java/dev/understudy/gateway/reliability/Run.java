package dev.understudy.gateway.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.gateway.reliability.Outcome.Kind;
import java.time.Duration;
import java.util.List;

/**
 * A finished call with the upstreams behind it; every method checks one expectation.
 *
 * @param outcome the call as its caller saw it
 * @param upstreams the upstreams in order
 */
record Run(Outcome outcome, List<Upstream> upstreams) {

    Run {
        assertThat(outcome.all()).as("API keys of the test").doesNotContain("canary");
    }

    Run whole() {
        return whole(Answers.TEXT);
    }

    Run whole(String text) {
        is(Kind.ANSWER);
        assertThat(outcome.text()).as(outcome.toString()).isEqualTo(text);
        return finished("stop");
    }

    Run finished(String reason) {
        is(Kind.ANSWER);
        assertThat(outcome.finish()).as(outcome.toString()).isEqualTo(reason);
        return this;
    }

    /** The delivered text is a beginning of the answer, and one error ends it. */
    Run honest() {
        is(Kind.PARTIAL);
        assertThat(Answers.TEXT).as(outcome.toString()).startsWith(outcome.text());
        assertThat(outcome.text()).as(outcome.toString()).isNotEmpty();
        return this;
    }

    /** The complete answer, or a beginning of it that ends with one error. */
    Run wholeOrHonest() {
        return outcome.kind() == Kind.PARTIAL ? honest() : whole();
    }

    Run error(String... codes) {
        is(Kind.ERROR);
        assertThat(outcome.code()).as(outcome.toString()).isIn((Object[]) codes);
        return this;
    }

    Run is(Kind kind) {
        assertThat(outcome.kind()).as(outcome.toString()).isEqualTo(kind);
        return this;
    }

    /** Number of calls of an upstream. */
    Run asked(int upstream, int calls) {
        assertThat(upstreams.get(upstream).calls())
                .as("calls of provider %d; %s", upstream + 1, outcome)
                .hasSize(calls);
        return this;
    }

    Run askedAtMost(int upstream, int calls) {
        assertThat(upstreams.get(upstream).calls())
                .as("calls of provider %d; %s", upstream + 1, outcome)
                .hasSizeLessThanOrEqualTo(calls);
        return this;
    }

    /** Time between the first and the second call of the first upstream, if there was a second one. */
    Run notSoonerThan(Duration wait) {
        List<Duration> calls = upstreams.get(0).calls();
        if (calls.size() > 1) {
            // the server notes the arrival of a request, which can be a few milliseconds early for the second
            assertThat(calls.get(1).minus(calls.get(0))).isGreaterThan(wait.minusMillis(20));
        }
        return this;
    }

    Run within(Duration limit) {
        assertThat(outcome.took()).as(outcome.toString()).isLessThan(limit);
        return this;
    }

    Run usage(int input, int output) {
        assertThat(outcome.usage()).as(outcome.toString()).isEqualTo(new Outcome.Tokens(input, output));
        return this;
    }

    Run called(String call) {
        is(Kind.ANSWER);
        assertThat(outcome.toolCalls()).as(outcome.toString()).containsExactly(call);
        return finished("tool_calls");
    }
}
