package dev.understudy.provider;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Corpus.Recording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What an answer says, field by field, as we heard it or as the oracle of the corpus did. What is absent is "". */
record Said(Map<String, Object> fields) {

    /** A tool call; arguments are compared as JSON, or as text where they are none. */
    record Call(String id, String name, Object arguments) {}

    static Said by(Recording recording) {
        JsonNode expected = recording.expected();
        Map<String, Object> fields = new LinkedHashMap<>();
        boolean complete = expected.path("complete").asBoolean();
        fields.put("complete", complete);
        for (String words : List.of("text", "reasoning", "refusal")) {
            fields.put(words, orEmpty(recording.text(words)));
        }
        if (complete) {
            List<Call> calls = new ArrayList<>();
            for (JsonNode call : expected.path("tool_calls")) {
                JsonNode arguments = call.path("arguments");
                calls.add(new Call(
                        call.path("id").asString(""),
                        call.path("name").asString(""),
                        json(arguments.isString() ? arguments.stringValue() : arguments.toString())));
            }
            fields.put("calls", calls);
            fields.put("word", orEmpty(recording.text("finish_reason")));
            fields.put(
                    "reason",
                    String.valueOf(recording.text("finish_reason_norm")).toUpperCase(Locale.ROOT));
            fields.put("id", orEmpty(recording.text("response_id")));
            fields.put("model", orEmpty(recording.text("model")));
            JsonNode usage = expected.path("usage");
            fields.put(
                    "usage",
                    Usage.of(usage.path("input").asInt(0), usage.path("output").asInt(0))
                            .withCachedInput(usage.path("cached").asInt(0))
                            .withReasoning(usage.path("reasoning").asInt(0)));
        }
        return new Said(fields);
    }

    static Said by(DecodedAnswer decodedAnswer) {
        return of(
                decodedAnswer.text.toString(),
                decodedAnswer.reasoning.toString(),
                decodedAnswer.refusal.toString(),
                decodedAnswer.toolCalls,
                decodedAnswer.isComplete() ? decodedAnswer.finish : null);
    }

    static Said by(ChatResponse response) {
        return of(response.text(), response.reasoning(), response.refusal(), response.toolCalls(), response.finish());
    }

    private static Said of(
            String text, String reasoning, String refusal, List<ToolCall> calls, StreamChunk.@Nullable Finish finish) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("complete", finish != null);
        fields.put("text", text);
        fields.put("reasoning", reasoning);
        fields.put("refusal", refusal);
        if (finish != null) {
            fields.put(
                    "calls",
                    calls.stream()
                            .map(call -> new Call(call.id(), call.name(), json(call.arguments())))
                            .toList());
            fields.put("word", orEmpty(finish.vendorMetadata().finishReason()));
            fields.put("reason", finish.reason().name());
            fields.put("id", orEmpty(finish.vendorMetadata().id()));
            fields.put("model", orEmpty(finish.vendorMetadata().model()));
            fields.put("usage", finish.usage());
        }
        return new Said(fields);
    }

    Said with(String field, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(fields);
        changed.put(field, value);
        return new Said(changed);
    }

    String get(String field) {
        return String.valueOf(fields.getOrDefault(field, ""));
    }

    @SuppressWarnings("unchecked")
    List<Call> calls() {
        return (List<Call>) fields.getOrDefault("calls", List.of());
    }

    Usage usage() {
        return (Usage) fields.getOrDefault("usage", Usage.none());
    }

    /** Which fields another says otherwise, and how. */
    List<String> differences(Said other) {
        List<String> differences = new ArrayList<>();
        Map<String, Object> all = new LinkedHashMap<>(fields);
        all.putAll(other.fields);
        for (String field : all.keySet()) {
            Object mine = fields.get(field);
            Object theirs = other.fields.get(field);
            if (!Objects.equals(mine, theirs)) {
                differences.add(field + ": " + mine + " but " + theirs);
            }
        }
        return differences;
    }

    private static Object json(String text) {
        try {
            return Corpus.MAPPER.readTree(text);
        } catch (JacksonException e) {
            return text;
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
