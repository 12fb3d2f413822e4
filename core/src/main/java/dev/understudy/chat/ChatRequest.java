package dev.understudy.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What is asked. Immutable: a failover sends the same words to every provider and never changes the caller's object.
 *
 * @param model the model, as the vendor names it
 * @param messages the conversation, oldest first
 * @param toolSet the tools the model may call
 * @param format the form of the answer
 * @param sampling how words are picked
 * @param extra fields that only some dialects know: dialect name ({@code "openai-chat"}, {@code "anthropic"}) → field →
 *     value. They are added at the top level of the body and win over ours.
 */
public record ChatRequest(
        String model,
        List<Message> messages,
        ToolSet toolSet,
        ResponseFormat format,
        SamplingParameters sampling,
        Map<String, Map<String, Object>> extra) {

    public ChatRequest {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(toolSet, "toolbox");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(sampling, "sampling");
        if (model.isBlank()) {
            throw new IllegalArgumentException("A request names a model, \"gpt-5\" for one");
        }
        messages = List.copyOf(messages);
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("A request needs at least one message");
        }
        Map<String, Map<String, Object>> copy = new LinkedHashMap<>();
        extra.forEach((dialect, fields) -> copy.put(dialect, Collections.unmodifiableMap(new LinkedHashMap<>(fields))));
        extra = Collections.unmodifiableMap(copy);
    }

    /** One prompt. */
    public static ChatRequest of(String model, String prompt) {
        return of(model, List.of(Message.user(prompt)));
    }

    /** A system message and one prompt. */
    public static ChatRequest of(String model, String system, String prompt) {
        return of(model, List.of(Message.system(system), Message.user(prompt)));
    }

    /** A conversation so far. */
    public static ChatRequest of(String model, List<? extends Message> history) {
        return new ChatRequest(
                model,
                List.copyOf(history),
                ToolSet.empty(),
                ResponseFormat.text(),
                SamplingParameters.defaults(),
                Map.of());
    }

    /** A conversation so far, and tools the model may call. */
    public static ChatRequest of(String model, List<? extends Message> history, List<Tool> tools) {
        return of(model, history).withTools(tools);
    }

    /** What a provider must be able to do to answer this, streaming aside. */
    public Set<Feature> needs() {
        Set<Feature> needs = EnumSet.noneOf(Feature.class);
        if (!toolSet.isEmpty()) {
            needs.add(Feature.TOOLS);
        }
        if (format instanceof ResponseFormat.JsonSchema) {
            needs.add(Feature.JSON_SCHEMA);
        }
        for (Message message : messages) {
            if (message instanceof Message.User user
                    && user.parts().stream().anyMatch(part -> part instanceof Message.Part.Image)) {
                needs.add(Feature.VISION);
                break;
            }
        }
        return needs;
    }

    public ChatRequest withModel(String model) {
        return model.equals(this.model) ? this : new ChatRequest(model, messages, toolSet, format, sampling, extra);
    }

    public ChatRequest withMessages(List<? extends Message> messages) {
        return new ChatRequest(model, List.copyOf(messages), toolSet, format, sampling, extra);
    }

    /** The same request with one more turn at its end. */
    public ChatRequest plus(Message message) {
        List<Message> longer = new ArrayList<>(messages);
        longer.add(message);
        return withMessages(longer);
    }

    public ChatRequest withTools(List<Tool> tools) {
        return new ChatRequest(model, messages, new ToolSet(tools, toolSet.choice()), format, sampling, extra);
    }

    public ChatRequest withToolChoice(ToolSet.Choice choice) {
        return new ChatRequest(model, messages, new ToolSet(toolSet.tools(), choice), format, sampling, extra);
    }

    public ChatRequest withFormat(ResponseFormat format) {
        return new ChatRequest(model, messages, toolSet, format, sampling, extra);
    }

    public ChatRequest withSampling(SamplingParameters samplingParameters) {
        return new ChatRequest(model, messages, toolSet, format, samplingParameters, extra);
    }

    public ChatRequest withTemperature(double temperature) {
        return withSampling(sampling.withTemperature(temperature));
    }

    public ChatRequest withTopP(double topP) {
        return withSampling(sampling.withTopP(topP));
    }

    public ChatRequest withMaxTokens(int maxTokens) {
        return withSampling(sampling.withMaxTokens(maxTokens));
    }

    public ChatRequest withStop(String... stop) {
        return withSampling(sampling.withStop(List.of(stop)));
    }

    public ChatRequest withSeed(long seed) {
        return withSampling(sampling.withSeed(seed));
    }

    /** Adds a field of one dialect: {@code withExtra("openai-chat", "reasoning_effort", "low")}. */
    public ChatRequest withExtra(String dialect, String field, Object value) {
        Map<String, Map<String, Object>> more = new LinkedHashMap<>(extra);
        Map<String, Object> fields = new LinkedHashMap<>(more.getOrDefault(dialect, Map.of()));
        fields.put(field, value);
        more.put(dialect, fields);
        return new ChatRequest(model, messages, toolSet, format, sampling, more);
    }

    /** Names the model and counts the messages; what they say is nobody else's business. */
    @Override
    public String toString() {
        return "ChatRequest[model=" + model + ", messages=" + messages.size() + ", tools="
                + toolSet.tools().size() + "]";
    }
}
