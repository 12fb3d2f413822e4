package dev.understudy.journey;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.testing.ScriptedReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The conversation of an agent: a picture, parallel calls of which one fails without words and one results in a picture,
 * interleaved reasoning, results that are no objects or hold a reserved name, a second system message, a structured
 * answer.
 */
final class Journey {

    /** Number of requests. */
    static final int TURNS = 6;

    /** Text of the last answer. */
    static final String RESULT = "{\"total\":42}";

    private static final byte[] PICTURE = {(byte) 0x89, 'P', 'N', 'G'};
    private static final Message.Image IMAGE = Message.Image.of("image/png", PICTURE);
    private static final List<Tool> TOOLS = List.of(
            new Tool(
                    "lookup",
                    "Looks a number up.",
                    Map.of("type", "object", "properties", Map.of("key", Map.of("type", "string")))),
            Tool.of("screenshot", "Takes a picture of the screen."));

    private Journey() {}

    static ChatRequest begin(String model) {
        return ChatRequest.of(
                        model, List.of(Message.system("You count."), Message.user("What do you see?", IMAGE)), TOOLS)
                .withMaxTokens(4000)
                .withExtra("anthropic", "thinking", Map.of("type", "enabled", "budget_tokens", 2000));
    }

    /** Returns what a vendor answers in a turn; its reasoning, where it shows any, is signed with its name. */
    static ScriptedReply answer(JourneyVendor vendor, int turn) {
        return ScriptedReply.chunks(chunks(vendor, turn)
                .filter(chunk -> vendor.showsReasoning() || !(chunk instanceof StreamChunk.Reasoning))
                .toArray(StreamChunk[]::new));
    }

    private static Stream<StreamChunk> chunks(JourneyVendor vendor, int turn) {
        return switch (turn) {
            case 0 ->
                Stream.of(
                        new StreamChunk.Reasoning("Two things to find. ", null),
                        signed(vendor, "0"),
                        call(vendor, 0, "lookup", "{\"key\":\"a\"}"),
                        call(vendor, 1, "screenshot", "{}"));
            case 1 ->
                Stream.of(
                        new StreamChunk.Reasoning("One failed. ", null),
                        signed(vendor, "1a"),
                        call(vendor, 2, "lookup", "{\"key\":\"b\"}"),
                        new StreamChunk.Reasoning("The picture tells more. ", null),
                        signed(vendor, "1b"),
                        call(vendor, 3, "lookup", "{\"key\":\"c\"}"));
            case 2 -> Stream.of(signed(vendor, "2"), new StreamChunk.Text("Half of it is done."));
            case 3 ->
                Stream.of(
                        signed(vendor, "3"),
                        new StreamChunk.Text("One more."),
                        call(vendor, 4, "lookup", "{\"key\":\"d\",\"deep\":[1,null]}"));
            case 4 -> Stream.of(signed(vendor, "4"), call(vendor, 5, "screenshot", "{}"));
            default -> Stream.of(new StreamChunk.Text("{\"total\":"), new StreamChunk.Text("42}"));
        };
    }

    /** Signature that no other vendor may receive. */
    static String signature(JourneyVendor vendor, String number) {
        return "OPAQUE" + vendor.name().replace("_", "") + "x" + number;
    }

    private static StreamChunk signed(JourneyVendor vendor, String number) {
        return new StreamChunk.Reasoning(
                "",
                new ReasoningBlock.Signature(
                        signature(vendor, number),
                        vendor == JourneyVendor.OPENAI_RESPONSES || vendor == JourneyVendor.COHERE,
                        vendor.name()));
    }

    private static StreamChunk call(JourneyVendor vendor, int number, String name, String arguments) {
        return new StreamChunk.ToolCallDone(number, new ToolCall(vendor.callId(number), name, arguments));
    }

    /** Returns the request that follows an answer. */
    static ChatRequest next(ChatRequest request, ChatResponse answer, int turn) {
        List<Message> messages = new ArrayList<>(request.messages());
        messages.add(answer.message());
        List<ToolCall> calls = answer.toolCalls();
        switch (turn) {
            case 0 -> {
                messages.add(Message.toolError(calls.get(0), ""));
                messages.add(Message.toolResult(
                        calls.get(1), List.of(new Message.Part.Text("The screen:"), new Message.Part.Image(IMAGE))));
            }
            case 1 -> {
                messages.add(Message.toolResult(calls.get(1), "[1,2]"));
                messages.add(Message.toolResult(calls.get(0), "{\"$ref\":\"#/a\",\"n\":1}"));
            }
            case 2 -> messages.add(Message.user("Go on."));
            case 3 -> messages.add(Message.toolResult(calls.get(0), ""));
            default -> {
                messages.add(Message.toolResult(calls.get(0), "{\"seen\":true}"));
                messages.add(Message.system("Answer as JSON now."));
            }
        }
        ChatRequest next = request.withMessages(messages);
        return turn == TURNS - 2
                ? next.withFormat(ResponseFormat.jsonSchema(
                        "result", Map.of("type", "object", "properties", Map.of("total", Map.of("type", "integer")))))
                : next;
    }
}
