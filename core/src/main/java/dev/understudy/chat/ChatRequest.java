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
 * A chat request. Immutable: a failover sends one request to every provider and never changes the caller's object.
 *
 * @param model the model as the vendor names it
 * @param messages the conversation, oldest message first, at least one
 * @param toolSet tools that the model may call
 * @param format format of the answer
 * @param sampling sampling parameters
 * @param extra fields of single dialects: dialect name ({@code "openai-chat"}, {@code "anthropic"}) → field → value.
 *     Added at the top level of the request's body, where they replace fields of this library
 */
public record ChatRequest(
        String model,
        List<Message> messages,
        ToolSet toolSet,
        ResponseFormat format,
        SamplingParameters sampling,
        Map<String, Map<String, Object>> extra) {

    /**
     * Checks and copies the values.
     *
     * @param model the model as the vendor names it
     * @param messages the conversation
     * @param toolSet tools that the model may call
     * @param format format of the answer
     * @param sampling sampling parameters
     * @param extra fields of single dialects
     * @throws IllegalArgumentException if the model is blank or there is no message
     */
    public ChatRequest {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(toolSet, "toolSet");
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

    /**
     * Returns a request with one user message.
     *
     * @param model the model as the vendor names it
     * @param prompt text of the user message
     * @return the request
     */
    public static ChatRequest of(String model, String prompt) {
        return of(model, List.of(Message.user(prompt)));
    }

    /**
     * Returns a request with a system message and a user message.
     *
     * @param model the model as the vendor names it
     * @param system text of the system message
     * @param prompt text of the user message
     * @return the request
     */
    public static ChatRequest of(String model, String system, String prompt) {
        return of(model, List.of(Message.system(system), Message.user(prompt)));
    }

    /**
     * Returns a request with a conversation.
     *
     * @param model the model as the vendor names it
     * @param history the messages, oldest first, at least one
     * @return the request
     */
    public static ChatRequest of(String model, List<? extends Message> history) {
        return new ChatRequest(
                model,
                List.copyOf(history),
                ToolSet.empty(),
                ResponseFormat.text(),
                SamplingParameters.defaults(),
                Map.of());
    }

    /**
     * Returns a request with a conversation and tools.
     *
     * @param model the model as the vendor names it
     * @param history the messages, oldest first, at least one
     * @param tools tools that the model may call
     * @return the request
     */
    public static ChatRequest of(String model, List<? extends Message> history, List<Tool> tools) {
        return of(model, history).withTools(tools);
    }

    /**
     * Returns the features that a model needs to answer this request, streaming excepted.
     *
     * @return the features
     */
    public Set<Feature> needs() {
        Set<Feature> needs = EnumSet.noneOf(Feature.class);
        if (!toolSet.isEmpty()) {
            needs.add(Feature.TOOLS);
        }
        if (format instanceof ResponseFormat.JsonSchema) {
            needs.add(Feature.JSON_SCHEMA);
        }
        for (Message message : messages) {
            if ((message instanceof Message.User user && hasImage(user.parts()))
                    || (message instanceof Message.ToolResult result && hasImage(result.parts()))) {
                needs.add(Feature.VISION);
                break;
            }
        }
        return needs;
    }

    private static boolean hasImage(List<Message.Part> parts) {
        for (Message.Part part : parts) {
            if (part instanceof Message.Part.Image) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns a copy with another model.
     *
     * @param model the model as the vendor names it
     * @return a copy
     */
    public ChatRequest withModel(String model) {
        return model.equals(this.model) ? this : new ChatRequest(model, messages, toolSet, format, sampling, extra);
    }

    /**
     * Returns a copy with other messages.
     *
     * @param messages the messages, oldest first, at least one
     * @return a copy
     */
    public ChatRequest withMessages(List<? extends Message> messages) {
        return new ChatRequest(model, List.copyOf(messages), toolSet, format, sampling, extra);
    }

    /**
     * Returns a copy with one message appended.
     *
     * @param message the message
     * @return a copy
     */
    public ChatRequest plus(Message message) {
        List<Message> longer = new ArrayList<>(messages);
        longer.add(message);
        return withMessages(longer);
    }

    /**
     * Returns a copy with other tools and the present tool choice.
     *
     * @param tools tools that the model may call
     * @return a copy
     */
    public ChatRequest withTools(List<Tool> tools) {
        return new ChatRequest(model, messages, new ToolSet(tools, toolSet.choice()), format, sampling, extra);
    }

    /**
     * Returns a copy with another tool choice.
     *
     * @param choice rule of tool calls
     * @return a copy
     */
    public ChatRequest withToolChoice(ToolSet.Choice choice) {
        return new ChatRequest(model, messages, new ToolSet(toolSet.tools(), choice), format, sampling, extra);
    }

    /**
     * Returns a copy with another format of the answer.
     *
     * @param format the format
     * @return a copy
     */
    public ChatRequest withFormat(ResponseFormat format) {
        return new ChatRequest(model, messages, toolSet, format, sampling, extra);
    }

    /**
     * Returns a copy with other sampling parameters.
     *
     * @param samplingParameters the parameters
     * @return a copy
     */
    public ChatRequest withSampling(SamplingParameters samplingParameters) {
        return new ChatRequest(model, messages, toolSet, format, samplingParameters, extra);
    }

    /**
     * Returns a copy with another temperature.
     *
     * @param temperature 0 to 2; some vendors accept at most 1
     * @return a copy
     */
    public ChatRequest withTemperature(double temperature) {
        return withSampling(sampling.withTemperature(temperature));
    }

    /**
     * Returns a copy with another probability mass of nucleus sampling.
     *
     * @param topP above 0 and at most 1
     * @return a copy
     */
    public ChatRequest withTopP(double topP) {
        return withSampling(sampling.withTopP(topP));
    }

    /**
     * Returns a copy with another limit of tokens of the answer.
     *
     * @param maxTokens 1 or more
     * @return a copy
     */
    public ChatRequest withMaxTokens(int maxTokens) {
        return withSampling(sampling.withMaxTokens(maxTokens));
    }

    /**
     * Returns a copy with other stop sequences.
     *
     * @param stop texts at which the answer ends
     * @return a copy
     */
    public ChatRequest withStop(String... stop) {
        return withSampling(sampling.withStop(List.of(stop)));
    }

    /**
     * Returns a copy with another seed.
     *
     * @param seed seed for reproducible answers, where a vendor supports one
     * @return a copy
     */
    public ChatRequest withSeed(long seed) {
        return withSampling(sampling.withSeed(seed));
    }

    /**
     * Returns a copy with a field of one dialect added or replaced:
     * {@code withExtra("openai-chat", "reasoning_effort", "low")}.
     *
     * @param dialect name of the dialect
     * @param field name of the field in the request's body
     * @param value value as nested maps, lists, strings, numbers and booleans
     * @return a copy
     */
    public ChatRequest withExtra(String dialect, String field, Object value) {
        Map<String, Map<String, Object>> more = new LinkedHashMap<>(extra);
        Map<String, Object> fields = new LinkedHashMap<>(more.getOrDefault(dialect, Map.of()));
        fields.put(field, value);
        more.put(dialect, fields);
        return new ChatRequest(model, messages, toolSet, format, sampling, more);
    }

    /** Describes the model and the numbers of messages and tools, without their content. */
    @Override
    public String toString() {
        return "ChatRequest[model=" + model + ", messages=" + messages.size() + ", tools="
                + toolSet.tools().size() + "]";
    }
}
