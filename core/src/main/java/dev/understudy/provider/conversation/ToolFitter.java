package dev.understudy.provider.conversation;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Applies the rules for tool calls and results. */
final class ToolFitter {

    private static final String WITHOUT_WORDS = "The tool failed without a message.";
    private static final String NOT_AVAILABLE = "Not available any more; do not call it.";

    private final ConversationRules.Tools rules;
    private final List<String> changes;

    ToolFitter(ConversationRules.Tools rules, List<String> changes) {
        this.rules = rules;
        this.changes = changes;
    }

    /** Returns true if a conversation has calls or results. */
    static boolean isNeeded(List<Message> messages) {
        for (Message message : messages) {
            if (message instanceof Message.ToolResult
                    || (message instanceof Message.Assistant assistant
                            && assistant.blocks().stream().anyMatch(ToolCall.class::isInstance))) {
                return true;
            }
        }
        return false;
    }

    List<Message> messages(List<Message> messages) {
        List<Message> paired = ResultPairing.paired(messages);
        changed(paired != messages, "tool_results");
        List<Message> moved = new ResultMedia(rules).moved(paired);
        changed(moved != paired, "tool_results");
        paired = moved;
        List<Message> fitted = new ArrayList<>(paired.size());
        boolean equal = true;
        for (Message message : paired) {
            Message fit = message instanceof Message.ToolResult result
                    ? result(result)
                    : message instanceof Message.Assistant assistant ? calls(assistant) : message;
            equal &= fit == message;
            fitted.add(fit);
        }
        return equal ? paired : fitted;
    }

    private void changed(boolean changed, String name) {
        if (changed && !changes.contains(name)) {
            changes.add(name);
        }
    }

    private Message.ToolResult result(Message.ToolResult result) {
        String name = plain(result.name());
        String content = result.content();
        if (result.error() && content.isBlank() && result.media().isEmpty()) {
            content = WITHOUT_WORDS;
        } else if (!rules.reservedKeys().isEmpty() && hasReservedKey(content)) {
            content = Json.text(Map.of("result", content));
        }
        if (name.equals(result.name()) && content.equals(result.content())) {
            return result;
        }
        changed(!content.equals(result.content()), "tool_results");
        changed(!name.equals(result.name()), "tool_names");
        return content.equals(result.content())
                ? new Message.ToolResult(result.callId(), name, result.parts(), result.error())
                : new Message.ToolResult(result.callId(), name, withText(result, content), result.error());
    }

    /** Returns the parts of a result with another text in front, and the hint of the last part. */
    private static List<Message.Part> withText(Message.ToolResult result, String content) {
        List<Message.Part> media = result.media();
        Message.Part text = new Message.Part.Text(content);
        if (media.isEmpty()) {
            return List.of(text.withCacheHint(result.cacheHint()));
        }
        List<Message.Part> parts = new ArrayList<>(media.size() + 1);
        parts.add(text);
        parts.addAll(media);
        return parts;
    }

    private boolean hasReservedKey(String content) {
        boolean named = rules.reservedKeys().stream().anyMatch(key -> content.contains('"' + key + '"'));
        return named && hasReservedKey(Json.object(content));
    }

    private boolean hasReservedKey(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .anyMatch(entry -> rules.reservedKeys().contains(String.valueOf(entry.getKey()))
                            || hasReservedKey(entry.getValue()));
        }
        return value instanceof List<?> list && list.stream().anyMatch(this::hasReservedKey);
    }

    private Message.Assistant calls(Message.Assistant assistant) {
        boolean plain = assistant.blocks().stream()
                .allMatch(block ->
                        !(block instanceof ToolCall call) || plain(call.name()).equals(call.name()));
        if (plain) {
            return assistant;
        }
        changed(true, "tool_names");
        return assistant.withBlocks(assistant.blocks().stream()
                .map(block -> block instanceof ToolCall call
                        ? (ContentBlock)
                                new ToolCall(call.id(), plain(call.name()), call.arguments(), call.vendorData())
                        : block)
                .toList());
    }

    /** Returns a name of 1 to 64 characters that every vendor accepts, as declared tools have it. */
    private static String plain(String name) {
        if (name.matches("[a-zA-Z0-9_-]{1,64}")) {
            return name;
        }
        String letters = name.replaceAll("[^a-zA-Z0-9_-]", "_");
        return letters.isEmpty() ? "unknown" : letters.substring(0, Math.min(64, letters.length()));
    }

    /** Declares the tools of the conversation where the target demands it and the request has none. */
    ToolSet tools(List<Message> messages, ToolSet toolSet) {
        if (!rules.declared() || !toolSet.isEmpty()) {
            return toolSet;
        }
        Set<String> names = new LinkedHashSet<>();
        for (Message message : messages) {
            if (message instanceof Message.Assistant assistant) {
                assistant.toolCalls().forEach(call -> names.add(call.name()));
            } else if (message instanceof Message.ToolResult result) {
                names.add(result.name());
            }
        }
        changed(true, "tools");
        return new ToolSet(
                names.stream().map(name -> Tool.of(name, NOT_AVAILABLE)).toList(), ToolSet.Choice.none());
    }
}
