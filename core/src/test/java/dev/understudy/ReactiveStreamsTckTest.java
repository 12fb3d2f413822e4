package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;

/** Runs the rules of the Reactive Streams specification for publishers, by its Technology Compatibility Kit. */
class ReactiveStreamsTckTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    @Test
    void streamObeysTheRulesForPublishers() {
        TestListenerAdapter results = new TestListenerAdapter();
        TestNG kit = new TestNG(false);
        kit.setVerbose(0);
        kit.setTestClasses(new Class<?>[] {StreamVerification.class});
        kit.addListener(results);
        kit.run();
        assertThat(results.getFailedTests()).isEmpty();
        assertThat(results.getConfigurationFailures()).isEmpty();
        assertThat(results.getPassedTests()).hasSizeGreaterThan(20);
    }

    /** Streams of a healthy provider, and of one that fails. */
    public static final class StreamVerification extends PublisherVerification<StreamChunk> {

        public StreamVerification() {
            // Signals that must arrive, and the time in which none may arrive.
            super(new TestEnvironment(5_000, 50));
        }

        @Override
        public Publisher<StreamChunk> createPublisher(long elements) {
            if (elements == 0) {
                throw new SkipException("A stream has a finish chunk at least");
            }
            String[] words =
                    LongStream.range(1, elements).mapToObj(i -> "word " + i).toArray(String[]::new);
            return understudy(words.length == 0 ? finishOnly() : ScriptedAnswer.tokens(words)).stream(REQUEST);
        }

        @Override
        public Publisher<StreamChunk> createFailedPublisher() {
            return understudy(ScriptedAnswer.fail(FailureKind.AUTH)).stream(REQUEST);
        }

        @Override
        public long maxElementsFromPublisher() {
            return 1_000;
        }

        private static ScriptedAnswer finishOnly() {
            return ScriptedAnswer.empty().withFinish(FinishReason.LENGTH);
        }

        private static Understudy understudy(ScriptedAnswer answer) {
            return Understudy.builder()
                    .provider(ScriptedProvider.named("a").always(answer))
                    .retry(RetryPolicy.none())
                    .build();
        }
    }
}
