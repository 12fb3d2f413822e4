package dev.understudy.streaming;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import dev.understudy.testing.ScriptedServer.ChatRules;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Vendors of {@link ResumedJourneyTest}, and what each of them answers in each turn. */
enum ResumedVendor {
    OPENAI("/v1", Providers::openAi, "call_Qm3xV9aLr2TzKd8W"),
    OPENAI_RESPONSES("/v1", Providers::openAiResponses, "call_Zt4"),
    ANTHROPIC("/v1", Providers::anthropic, "toolu_01T1x1fJ34"),
    GEMINI("/v1beta", Providers::gemini, "function-call-1412"),
    BEDROCK_CONVERSE("", Providers::bedrock, "tooluse_kZJMlvQm"),
    COHERE("", Providers::cohere, "lookup_7zkq"),
    OLLAMA("", Providers::ollama, "functions.lookup:"),
    DEEPSEEK("/v1", endpoint -> Providers.of(OpenAiCompatibleVendor.DEEPSEEK, endpoint), "call_00_Xy"),
    MISTRAL("/v1", endpoint -> Providers.of(OpenAiCompatibleVendor.MISTRAL, endpoint), "D681PevK");

    static final int TURNS = 3;

    private static final List<List<String>> WORDS = List.of(
            List.of("I", " look", " the", " number", " up", " now."),
            List.of("One", " half", " is", " there,", " now", " the", " other."),
            List.of("The", " number", " is", " forty-two", " as", " both", " of", " the", " tables", " show", " us."));

    private final String base;
    private final Function<Endpoint, ChatProvider> provider;
    private final String callId;

    ResumedVendor(String base, Function<Endpoint, ChatProvider> provider, String callId) {
        this.base = base;
        this.provider = provider;
        this.callId = callId;
    }

    String base() {
        return base;
    }

    ChatProvider at(Endpoint endpoint) {
        return provider.apply(endpoint);
    }

    ScriptedServer strict(ScriptedServer server) {
        return switch (this) {
            case DEEPSEEK -> server.strict(ChatRules.DEEPSEEK);
            case MISTRAL -> server.strict(ChatRules.MISTRAL);
            default -> server.strict();
        };
    }

    /** Returns true if the vendor continues a trailing assistant message. */
    boolean continues() {
        return this == ANTHROPIC || this == DEEPSEEK || this == MISTRAL;
    }

    /** Returns a point within the text of a turn, or within the arguments of its call. */
    FaultPoint point(int turn, boolean inCall) {
        if (!inCall || arguments(turn).isEmpty()) {
            return FaultPoint.tokens(4);
        }
        boolean wholeCalls = this == GEMINI || this == OLLAMA;
        int reasoning = turn == 0 && showsReasoning() ? 1 : 0;
        return FaultPoint.tokens(reasoning + WORDS.get(turn).size() + (wholeCalls ? 0 : 2));
    }

    private boolean showsReasoning() {
        return this != OPENAI && this != MISTRAL;
    }

    /** Signature that no other vendor may receive. */
    static String signature(ResumedVendor vendor, String number) {
        return "OPAQUE" + vendor.name().replace("_", "") + "x" + number;
    }

    static String text(int turn) {
        return String.join("", WORDS.get(turn));
    }

    /** Returns the arguments of the calls of a turn. */
    static List<String> arguments(int turn) {
        return turn == TURNS - 1 ? List.of() : List.of("{\"key\":\"a rather long key, number " + turn + "\"}");
    }

    /** Returns the answer of a turn behind a text that was delivered before; reasoning is signed with the vendor's name. */
    ScriptedReply answer(int turn, String behind) {
        List<StreamChunk> chunks = new ArrayList<>();
        if (turn == 0 && behind.isEmpty() && showsReasoning()) {
            boolean hidden = this == OPENAI_RESPONSES || this == COHERE;
            chunks.add(new StreamChunk.Reasoning("Two numbers. ", null));
            chunks.add(
                    new StreamChunk.Reasoning("", new ReasoningBlock.Signature(signature(this, "0"), hidden, name())));
        }
        if (behind.isEmpty()) {
            WORDS.get(turn).forEach(word -> chunks.add(new StreamChunk.Text(word)));
        } else {
            chunks.add(new StreamChunk.Text(text(turn).substring(behind.length())));
        }
        for (String arguments : arguments(turn)) {
            chunks.add(new StreamChunk.ToolCallDone(0, new ToolCall(callId + turn, "lookup", arguments)));
        }
        return ScriptedReply.chunks(chunks.toArray(StreamChunk[]::new));
    }
}
