package dev.understudy.streaming.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntryFormatTest {

    private static final VendorData DATA = new VendorData("openai@host", "{\"a\":[1,2.5,null]}");
    private static final ReasoningBlock.Signature SIGNATURE = new ReasoningBlock.Signature("c2ln", true, "anthropic");
    private static final Failure FAILURE = Failure.of(FailureKind.RATE_LIMITED, "slow down")
            .withRetryAfter(Duration.ofMillis(1500))
            .afterContent();

    static Stream<StreamChunk> chunks() {
        AttemptLog.Attempt failed = AttemptLog.Attempt.of("a", "m", AttemptLog.Outcome.FAILED)
                .withNumber(1, 3)
                .withFailure(FAILURE)
                .withKeyFingerprint("f1")
                .withDropped(2)
                .withTiming(new AttemptLog.Timing(Duration.ofMillis(3), Duration.ofSeconds(2), Duration.ofNanos(77)));
        AttemptLog.Attempt served = AttemptLog.Attempt.of("b", "n", AttemptLog.Outcome.SERVED)
                .withUsage(Usage.of(10, 20)
                        .withCachedInput(3)
                        .withCacheWrite(4)
                        .withReasoning(5)
                        .withEstimated(true));
        return Stream.of(
                new StreamChunk.Text("plain \u0000 \"text\"\r\n"),
                new StreamChunk.Text(""),
                new StreamChunk.Text("block", 3),
                new StreamChunk.Text("half \uD83D"),
                new StreamChunk.Text("\uDC4D of a pair"),
                new StreamChunk.Text("half \uD83D", 3),
                new StreamChunk.Text("\u0010d83d as text", 12),
                new StreamChunk.Reasoning("thought", null, 0),
                new StreamChunk.Reasoning("half \uD83D", null, 0),
                new StreamChunk.Refusal("\uDC4D of a pair"),
                new StreamChunk.ToolCallPart(0, "id", "lookup", "{\"a\":\"\uD83D", 1),
                new StreamChunk.Reasoning("", SIGNATURE),
                new StreamChunk.Refusal("no"),
                new StreamChunk.ToolCallPart(0, "id", "lookup", "{\"a"),
                new StreamChunk.ToolCallDone(1, new ToolCall("id", "lookup", "{}", DATA), 2),
                new StreamChunk.Block(new ContentBlock.Opaque("server_tool", DATA), 4),
                new StreamChunk.Block(new ContentBlock.Image(new Message.Image.Data("image/png", "AAAA"), null), 5),
                new StreamChunk.Block(new ContentBlock.Audio("audio/wav", "AAAA", DATA), 5),
                new StreamChunk.BlockData(DATA, StreamChunk.UNNUMBERED),
                new StreamChunk.Switched("a", "b", FailureKind.TRUNCATED, 17),
                new StreamChunk.Reset(0, FailureKind.TIMEOUT),
                new StreamChunk.Finish(
                        FinishReason.TOOL_CALLS,
                        Usage.of(1, 2),
                        new VendorMetadata("id", null, "stop", null, Map.of("x-request-id", "r1")),
                        new ServedBy("a", "m", "b", "n", true, new AttemptLog(List.of(failed, served)))));
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void chunkIsReadAsItWasWritten(StreamChunk chunk) {
        assertThat(EntryFormat.entry(EntryFormat.chunk(chunk))).isEqualTo(new EntryFormat.Chunk(chunk));
    }

    @Test
    void everyKindOfChunkIsTested() {
        List<Class<?>> kinds =
                chunks().<Class<?>>map(StreamChunk::getClass).distinct().toList();
        assertThat(StreamChunk.class.getPermittedSubclasses())
                .filteredOn(kind -> kind != StreamChunk.Resumable.class)
                .containsExactlyInAnyOrderElementsOf(kinds);
    }

    @Test
    void requestIsReadAsItWasWritten() {
        ChatRequest request = new ChatRequest(
                "m",
                List.of(
                        new Message.System("be brief", Message.CacheHint.LONG),
                        new Message.User(List.of(
                                new Message.Part.Text("look", Message.CacheHint.NONE),
                                new Message.Part.Image(
                                        new Message.Image.Url("https://example.org/a.png"), Message.CacheHint.SHORT),
                                new Message.Part.File(
                                        new Message.File.Data("a.pdf", "application/pdf", "AAAA"),
                                        Message.CacheHint.NONE),
                                new Message.Part.File(
                                        new Message.File.Url("https://example.org/a.pdf", "application/pdf"),
                                        Message.CacheHint.NONE),
                                new Message.Part.Audio("audio/wav", "AAAA", Message.CacheHint.NONE))),
                        new Message.Assistant(List.of(
                                new ReasoningBlock("hm", SIGNATURE, DATA),
                                new ContentBlock.Text("I look", DATA),
                                new ToolCall("c1", "lookup", "{\"a\":1}"))),
                        new Message.ToolResult(
                                "c1", "lookup", List.of(new Message.Part.Text("42", Message.CacheHint.NONE)), true)),
                new ToolSet(
                        List.of(Tool.ofJson("lookup", "Looks up", "{\"type\":\"object\",\"properties\":{}}")
                                .withStrict(true)),
                        ToolSet.Choice.named("lookup")),
                new ResponseFormat.JsonSchema("answer", Map.of("type", "object"), true),
                SamplingParameters.defaults()
                        .withTemperature(0.5)
                        .withTopP(1.0)
                        .withMaxTokens(100)
                        .withSeed(1L << 40)
                        .withTopK(5)
                        .withStop(List.of("END"))
                        .withFrequencyPenalty(0.1)
                        .withPresencePenalty(-0.1),
                Map.of("openai", Map.of("store", true)),
                ChatRequest.Options.defaults()
                        .withReasoning(new ChatRequest.Reasoning(ChatRequest.Reasoning.Effort.HIGH, null))
                        .withParallelToolCalls(false)
                        .withServiceTier(ChatRequest.ServiceTier.FLEX)
                        .withUser("u")
                        .withMetadata("k", "v")
                        .withTopLogprobs(3)
                        .withIdempotencyKey("key")
                        .withHeader("x-trace", "1"));

        assertThat(EntryFormat.request(EntryFormat.request(request))).isEqualTo(request);
        ChatRequest plain = ChatRequest.of("m", "hi");
        assertThat(EntryFormat.request(EntryFormat.request(plain))).isEqualTo(plain);
    }

    @Test
    void requestKeepsHalvesOfPairs() {
        ChatRequest request = ChatRequest.of("m", "half \uD83D")
                .withExtra("openai", "\uDC4D", List.of("half \uD83D", Map.of("k", "\u0010\uD83D")))
                .withOptions(ChatRequest.Options.defaults().withMetadata("k", "\uDC4D"));

        assertThat(EntryFormat.request(EntryFormat.request(request))).isEqualTo(request);
    }

    @Test
    void entriesAreWellFormed() {
        chunks().map(EntryFormat::chunk)
                .forEach(entry -> assertThat(new String(entry.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                        .isEqualTo(entry));
    }

    @Test
    void textOfANumberedBlockIsWrittenAsItIs() {
        assertThat(EntryFormat.chunk(new StreamChunk.Text("Hi: \"there\"", 3))).isEqualTo("t3:Hi: \"there\"");
        assertThat(EntryFormat.chunk(new StreamChunk.Text("Hi", StreamChunk.UNNUMBERED)))
                .isEqualTo("t:Hi");
    }

    @Test
    void failureOfAnAnswerKeepsItsKind() {
        EntryFormat.Entry entry = EntryFormat.entry(EntryFormat.failed(new ChatException.CallFailed(FAILURE)));

        assertThat(((EntryFormat.End) entry).error())
                .isInstanceOfSatisfying(ChatException.CallFailed.class, error -> assertThat(error.failure())
                        .isEqualTo(FAILURE));
    }

    @Test
    void messageOfAForeignExceptionIsNotStored() {
        String entry = EntryFormat.failed(new IllegalStateException("password=hunter2"));

        assertThat(entry).doesNotContain("hunter2");
        assertThat(EntryFormat.isEnd(entry)).isTrue();
    }

    @Test
    void entryOfAnotherTypeIsRefused() {
        for (String entry : List.of(
                "c{\"@\":\"ProcessBuilder\"}",
                "c{\"@\":\"Text\"}",
                "c{}",
                "c[]",
                "x",
                "sNOTHING",
                "tHi",
                "tx:Hi",
                "c{\"@\":\"Reset\"}")) {
            assertThatIllegalArgumentException().isThrownBy(() -> EntryFormat.entry(entry));
        }
    }

    @Test
    void randomTextIsReadAsItWasWritten() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(8); n >= 0; n--) {
                text.append((char) (random.nextBoolean() ? 0xD7F0 + random.nextInt(0x820) : random.nextInt(0x100)));
            }
            for (StreamChunk chunk : List.of(
                    new StreamChunk.Text(text.toString()),
                    new StreamChunk.Text(text.toString(), i),
                    new StreamChunk.Reasoning(text.toString(), null, i))) {
                assertThat(EntryFormat.entry(EntryFormat.chunk(chunk))).isEqualTo(new EntryFormat.Chunk(chunk));
            }
        }
    }
}
