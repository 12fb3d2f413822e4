package dev.understudy.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.prompt.Prompt;

/** Spring AI's aggregator over streams that were cut and taken over: 400 cases, and 10,000 with understudy.tests.all. */
class AggregatorCutsTest {

    private static final int CASES = Boolean.getBoolean("understudy.tests.all") ? 10_000 : 400;
    private static final FailureKind[] KINDS = {
        FailureKind.CONNECT, FailureKind.SERVER, FailureKind.OVERLOADED, FailureKind.TRUNCATED, FailureKind.TIMEOUT
    };

    @Test
    void aggregateOfCutStreamsEqualsTheUninterruptedRun() {
        int takenOver = 0;
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            StreamChunk[] chunks = chunks(random);
            ScriptedProvider calm = ScriptedProvider.named("calm").always(ScriptedAnswer.chunks(chunks));
            ChatResponse whole = aggregate(calm);
            ScriptedProvider first = ScriptedProvider.named("first").always(cut(random, chunks));
            ScriptedProvider second = ScriptedProvider.named("second")
                    .always(random.nextInt(3) == 0 ? cut(random, chunks) : ScriptedAnswer.chunks(chunks));
            ScriptedProvider third = ScriptedProvider.named("third").always(ScriptedAnswer.chunks(chunks));
            Understudy understudy = Understudy.builder()
                    .provider(first)
                    .provider(second)
                    .provider(third)
                    .retry(RetryPolicy.none())
                    .build();
            ChatResponse resumed = aggregate(
                    ResumingProvider.over(understudy, ResumePolicy.exact().withTakeovers(3)));
            assertThat(described(resumed)).as("seed %d", seed).isEqualTo(described(whole));
            takenOver += second.subscriptions() > 0 ? 1 : 0;
        }
        assertThat(takenOver).as("streams that were taken over").isGreaterThan(CASES / 2);
    }

    private static StreamChunk[] chunks(Random random) {
        List<StreamChunk> chunks = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            chunks.add(new StreamChunk.Reasoning(words(random), null));
        }
        int texts = random.nextInt(12);
        for (int i = 0; i < texts; i++) {
            chunks.add(new StreamChunk.Text(words(random)));
        }
        int calls = texts == 0 ? 1 + random.nextInt(2) : random.nextInt(3);
        for (int i = 0; i < calls; i++) {
            chunks.add(new StreamChunk.ToolCallDone(i, new ToolCall("call_" + i, "tool", "{\"n\":" + i + "}")));
        }
        return chunks.toArray(StreamChunk[]::new);
    }

    private static String words(Random random) {
        StringBuilder words = new StringBuilder();
        for (int i = 1 + random.nextInt(9); i > 0; i--) {
            words.append(random.nextInt(5) == 0 ? ' ' : (char) ('a' + random.nextInt(26)));
        }
        return words.toString();
    }

    private static ScriptedAnswer cut(Random random, StreamChunk[] chunks) {
        ScriptedAnswer answer = ScriptedAnswer.chunks(chunks);
        int after = random.nextInt(chunks.length + 1);
        return random.nextBoolean()
                ? answer.cutAfter(after)
                : answer.failAfter(after, Failure.of(KINDS[random.nextInt(KINDS.length)], "scripted"));
    }

    private static ChatResponse aggregate(ChatProvider provider) {
        AtomicReference<ChatResponse> aggregated = new AtomicReference<>();
        UnderstudyChatModel model = UnderstudyChatModel.of(provider, "m");
        new MessageAggregator()
                .aggregate(model.stream(new Prompt("Hi")), aggregated::set)
                .blockLast(Duration.ofSeconds(30));
        return aggregated.get();
    }

    private static String described(ChatResponse response) {
        AssistantMessage message = response.getResult().getOutput();
        return message.getText() + "\n" + message.getToolCalls() + "\n"
                + message.getMetadata().get("reasoningContent") + "\n"
                + response.getResult().getMetadata().getFinishReason();
    }
}
