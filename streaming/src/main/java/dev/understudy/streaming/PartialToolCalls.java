package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Tool calls that are not complete yet. A provider without completion signals has sent them completely by its finish.
 */
final class PartialToolCalls {

    private record Part(String id, String name, StringBuilder arguments, int block) {}

    private final TreeMap<Integer, Part> open = new TreeMap<>();

    void add(StreamChunk.ToolCallPart part) {
        open.computeIfAbsent(part.index(), index -> new Part(part.id(), part.name(), new StringBuilder(), part.block()))
                .arguments
                .append(part.arguments());
    }

    void done(int index) {
        open.remove(index);
    }

    List<StreamChunk.ToolCallDone> close() {
        List<StreamChunk.ToolCallDone> calls = new ArrayList<>();
        open.forEach((index, part) -> calls.add(new StreamChunk.ToolCallDone(
                index, new ToolCall(part.id, part.name, part.arguments.toString()), part.block)));
        open.clear();
        return calls;
    }

    /** Received arguments, for counting. */
    String received() {
        StringBuilder all = new StringBuilder();
        open.values().forEach(part -> all.append(part.arguments));
        return all.toString();
    }
}
