package dev.understudy.testing.strict;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Signed reasoning of the answers that a server sent: only that is valid when it comes back. Thread-safe. */
public final class SentBlocks {

    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private final Map<String, String> reasoningOfCalls = new ConcurrentHashMap<>();
    private final Set<List<String>> turns = ConcurrentHashMap.newKeySet();

    /** Remembers the blocks of an answer. */
    public void add(List<ContentBlock> blocks) {
        List<String> turn = new ArrayList<>();
        String reasoned = "";
        for (ContentBlock block : blocks) {
            if (block instanceof ReasoningBlock reasoning && reasoning.signature() != null) {
                texts.put(reasoning.signature().value(), reasoning.text());
                turn.add(reasoning.signature().value());
                reasoned = reasoning.signature().value();
            } else if (block instanceof ToolCall call) {
                turn.add(call.id());
                reasoningOfCalls.put(call.id(), reasoned);
            }
        }
        turns.add(List.copyOf(turn));
    }

    /** Returns true if an answer had reasoning with this signature. */
    boolean hasSigned(String signature) {
        return texts.containsKey(signature);
    }

    /** Returns true if an answer had reasoning with this signature and text. */
    boolean hasSigned(String signature, String text) {
        return text.equals(texts.get(signature));
    }

    /** Returns the signature of the reasoning that led to a call; "" without one, and for a call of another server. */
    String reasoningOf(String callId) {
        return reasoningOfCalls.getOrDefault(callId, "");
    }

    /** Returns true if an answer had these signatures and ids of calls, in this order and no others. */
    boolean hasTurn(List<String> signaturesAndIds) {
        return turns.contains(signaturesAndIds);
    }
}
