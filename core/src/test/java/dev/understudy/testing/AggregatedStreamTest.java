package dev.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.journey.JourneyVendor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A stream adds up to the blocks of the whole answer, for random answers in each format of the scripted server. */
class AggregatedStreamTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "Well?");
    private static final int ANSWERS = Integer.getInteger("understudy.aggregated", 15);

    @Test
    void aggregatedStreamEqualsTheWholeAnswer() {
        long seed = System.nanoTime();
        try (ScriptedServer server = ScriptedServer.start()) {
            List<ChatProvider> providers = Stream.of(JourneyVendor.values())
                    .map(vendor -> vendor.at(server))
                    .toList();
            for (int i = 0; i < ANSWERS; i++) {
                StreamChunk[] chunks = chunks(new Random(seed + i));
                server.always(ScriptedReply.chunks(chunks));
                for (ChatProvider provider : providers) {
                    ChatResponse whole = provider.chat(REQUEST).block(LONG);
                    ChatResponse aggregated = ChatResponseAggregator.collect(provider.stream(REQUEST))
                            .block(LONG);
                    assertThat(whole).isNotNull();
                    assertThat(aggregated).isNotNull();
                    assertThat(aggregated.blocks())
                            .as("%s, seed %d, %s", provider.name(), seed + i, List.of(chunks))
                            .isEqualTo(whole.blocks());
                    assertThat(aggregated.finishReason()).isEqualTo(whole.finishReason());
                }
            }
            providers.forEach(ChatProvider::close);
        }
    }

    /** Text, reasoning and calls in random order; one text or call at least. */
    private static StreamChunk[] chunks(Random random) {
        List<StreamChunk> chunks = new ArrayList<>();
        int calls = 0;
        for (int left = 1 + random.nextInt(6); left > 0; left--) {
            switch (random.nextInt(3)) {
                case 0 -> words(random).forEach(word -> chunks.add(new StreamChunk.Text(word)));
                case 1 -> {
                    words(random).forEach(word -> chunks.add(new StreamChunk.Reasoning(word, null)));
                    chunks.add(new StreamChunk.Reasoning(
                            "", new ReasoningBlock.Signature("s" + random.nextInt(100), false, "x")));
                }
                default -> {
                    ToolCall call = new ToolCall("call_" + calls, "clock", "{\"n\":" + random.nextInt(9) + "}");
                    chunks.add(new StreamChunk.ToolCallDone(calls++, call));
                }
            }
        }
        chunks.add(new StreamChunk.Text("."));
        return chunks.toArray(StreamChunk[]::new);
    }

    private static List<String> words(Random random) {
        return List.of("a", " b", " c\u00e4\uD83C\uDF75").subList(0, 1 + random.nextInt(3));
    }
}
