package dev.understudy.gateway.protocol;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Answers of several vendors, for tests of protocols. */
public final class SampleAnswers {

    public static final AnswerHead HEAD = new AnswerHead("01", Instant.ofEpochSecond(1_700_000_000), () -> "model-x");

    public static final Usage USAGE =
            Usage.of(100, 20).withCachedInput(60).withCacheWrite(10).withReasoning(5);

    /** Data that only a vendor reads, on each kind of block. */
    public static final List<ContentBlock> EVERY_VENDOR = List.of(
            new ReasoningBlock("I look.", new ReasoningBlock.Signature("c2ln", false, "anthropic")),
            new ReasoningBlock("", new ReasoningBlock.Signature("cmVk", true, "anthropic")),
            new ReasoningBlock(
                    "Summary",
                    new ReasoningBlock.Signature("ZW5j", true, "openai-responses"),
                    new VendorData("openai-responses", "{\"id\":\"rs_9\",\"type\":\"reasoning\"}")),
            new ReasoningBlock(
                    "Deep", null, new VendorData("openai-chat@api.deepseek.com", "{\"field\":\"reasoning_content\"}")),
            new ContentBlock.Opaque("executableCode", new VendorData("gemini", "{\"code\":\"1\"}")),
            new ContentBlock.Text("It is \"sunny\" 🌞\n"),
            new ToolCall(
                    "call_1",
                    "weather",
                    "{\"city\":\"Bern\"}",
                    new VendorData("gemini", "{\"thoughtSignature\":\"s\"}")),
            new ToolCall("call_2", "weather", "{\"city\":\"Thun\"}"));

    private SampleAnswers() {}

    public static ChatResponse of(List<ContentBlock> blocks, FinishReason reason) {
        return new ChatResponse(
                blocks, new StreamChunk.Finish(reason, USAGE, VendorMetadata.none(), ServedBy.by("ann", "model-x")));
    }

    /** Returns the events of a stream: each text in pieces of five characters, which cut the pairs of surrogates. */
    public static String events(ChatResponse response, ClientCall.Events encoder) {
        StringBuilder events = new StringBuilder();
        for (StreamChunk chunk : response.chunks()) {
            for (StreamChunk piece : pieces(chunk)) {
                events.append(encoder.of(piece));
            }
        }
        return events.toString();
    }

    private static List<StreamChunk> pieces(StreamChunk chunk) {
        List<StreamChunk> pieces = new ArrayList<>();
        if (chunk instanceof StreamChunk.Text text) {
            split(text.text()).forEach(piece -> pieces.add(new StreamChunk.Text(piece, text.block())));
        } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
            split(reasoning.thought())
                    .forEach(piece -> pieces.add(new StreamChunk.Reasoning(piece, null, reasoning.block())));
            pieces.add(new StreamChunk.Reasoning("", reasoning.closes(), reasoning.block()));
        } else {
            pieces.add(chunk);
        }
        return pieces;
    }

    private static List<String> split(String text) {
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at < text.length(); at += 5) {
            pieces.add(text.substring(at, Math.min(text.length(), at + 5)));
        }
        return pieces;
    }
}
