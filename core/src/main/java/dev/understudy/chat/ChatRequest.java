package dev.understudy.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
 * @param options options besides sampling: reasoning, service tier, header fields
 */
public record ChatRequest(
        String model,
        List<Message> messages,
        ToolSet toolSet,
        ResponseFormat format,
        SamplingParameters sampling,
        Map<String, Map<String, Object>> extra,
        Options options) {

    /**
     * Checks and copies the values.
     *
     * @param model the model as the vendor names it
     * @param messages the conversation
     * @param toolSet tools that the model may call
     * @param format format of the answer
     * @param sampling sampling parameters
     * @param extra fields of single dialects
     * @param options options besides sampling
     * @throws IllegalArgumentException if the model is blank or there is no message
     */
    public ChatRequest {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(toolSet, "toolSet");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(sampling, "sampling");
        if (model.isBlank()) {
            throw new IllegalArgumentException("A request names a model, \"gpt-5.6\" for one");
        }
        messages = List.copyOf(messages);
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("A request needs at least one message");
        }
        Map<String, Map<String, Object>> copy = new LinkedHashMap<>();
        extra.forEach((dialect, fields) -> copy.put(dialect, JsonObjects.copy(fields)));
        extra = Collections.unmodifiableMap(copy);
    }

    /**
     * Creates a request with the default options.
     *
     * @param model the model as the vendor names it
     * @param messages the conversation
     * @param toolSet tools that the model may call
     * @param format format of the answer
     * @param sampling sampling parameters
     * @param extra fields of single dialects
     * @throws IllegalArgumentException if the model is blank or there is no message
     */
    public ChatRequest(
            String model,
            List<Message> messages,
            ToolSet toolSet,
            ResponseFormat format,
            SamplingParameters sampling,
            Map<String, Map<String, Object>> extra) {
        this(model, messages, toolSet, format, sampling, extra, Options.defaults());
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
                    || (message instanceof Message.ToolResult result && hasImage(result.parts()))
                    || (message instanceof Message.Assistant assistant
                            && assistant.blocks().stream().anyMatch(ContentBlock.Image.class::isInstance))) {
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
        return model.equals(this.model)
                ? this
                : new ChatRequest(model, messages, toolSet, format, sampling, extra, options);
    }

    /**
     * Returns a copy with other messages.
     *
     * @param messages the messages, oldest first, at least one
     * @return a copy
     */
    public ChatRequest withMessages(List<? extends Message> messages) {
        return new ChatRequest(model, List.copyOf(messages), toolSet, format, sampling, extra, options);
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
        return new ChatRequest(model, messages, new ToolSet(tools, toolSet.choice()), format, sampling, extra, options);
    }

    /**
     * Returns a copy with another tool choice.
     *
     * @param choice rule of tool calls
     * @return a copy
     */
    public ChatRequest withToolChoice(ToolSet.Choice choice) {
        return new ChatRequest(model, messages, new ToolSet(toolSet.tools(), choice), format, sampling, extra, options);
    }

    /**
     * Returns a copy with another format of the answer.
     *
     * @param format the format
     * @return a copy
     */
    public ChatRequest withFormat(ResponseFormat format) {
        return new ChatRequest(model, messages, toolSet, format, sampling, extra, options);
    }

    /**
     * Returns a copy with other sampling parameters.
     *
     * @param samplingParameters the parameters
     * @return a copy
     */
    public ChatRequest withSampling(SamplingParameters samplingParameters) {
        return new ChatRequest(model, messages, toolSet, format, samplingParameters, extra, options);
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
     * Returns a copy in which one of the most probable tokens is drawn.
     *
     * @param topK number of tokens, 1 or more
     * @return a copy
     */
    public ChatRequest withTopK(int topK) {
        return withSampling(sampling.withTopK(topK));
    }

    /**
     * Returns a copy with other options.
     *
     * @param options options besides sampling
     * @return a copy
     */
    public ChatRequest withOptions(Options options) {
        return new ChatRequest(model, messages, toolSet, format, sampling, extra, options);
    }

    /**
     * Returns a copy with reasoning turned off, or asked for: {@code withReasoning(Reasoning.of(Effort.LOW))}.
     *
     * @param reasoning the reasoning
     * @return a copy
     */
    public ChatRequest withReasoning(Reasoning reasoning) {
        return withOptions(options.withReasoning(reasoning));
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
        return new ChatRequest(model, messages, toolSet, format, sampling, more, options);
    }

    /**
     * Returns a copy with other fields of single dialects.
     *
     * @param extra dialect name → field → value
     * @return a copy
     */
    public ChatRequest withExtra(Map<String, Map<String, Object>> extra) {
        return new ChatRequest(model, messages, toolSet, format, sampling, extra, options);
    }

    /** Describes the model and the numbers of messages and tools, without their content. */
    @Override
    public String toString() {
        return "ChatRequest[model=" + model + ", messages=" + messages.size() + ", tools="
                + toolSet.tools().size() + "]";
    }

    /**
     * Reasoning before the answer. A model that takes another form gets the nearest one: an effort as a share of the
     * answer's limit, a budget as the nearest effort.
     *
     * @param effort amount of reasoning; {@code null} with a budget, or when reasoning is off
     * @param budget limit of reasoning tokens; {@code null} without a budget
     */
    public record Reasoning(
            @Nullable Effort effort, @Nullable Integer budget) {

        private static final Reasoning OFF = new Reasoning(null, null);

        /** Amount of reasoning. */
        public enum Effort {
            /** Hardly. */
            MINIMAL,
            /** Little. */
            LOW,
            /** As most models do by default. */
            MEDIUM,
            /** Much. */
            HIGH,
            /** As much as the model can. */
            MAX
        }

        /**
         * Checks the values.
         *
         * @param effort amount of reasoning
         * @param budget limit of reasoning tokens
         * @throws IllegalArgumentException if both are given, or the budget is below 1
         */
        public Reasoning {
            if (effort != null && budget != null) {
                throw new IllegalArgumentException("Reasoning has an effort or a budget");
            }
            if (budget != null && budget < 1) {
                throw new IllegalArgumentException("budget is 1 or more: " + budget);
            }
        }

        /**
         * Returns no reasoning. A model that cannot answer without reasoning reasons as little as it can.
         *
         * @return the reasoning
         */
        public static Reasoning off() {
            return OFF;
        }

        /**
         * Returns reasoning of an effort.
         *
         * @param effort amount of reasoning
         * @return the reasoning
         */
        public static Reasoning of(Effort effort) {
            return new Reasoning(Objects.requireNonNull(effort, "effort"), null);
        }

        /**
         * Returns reasoning with a budget.
         *
         * @param tokens limit of reasoning tokens, 1 or more
         * @return the reasoning
         */
        public static Reasoning budget(int tokens) {
            return new Reasoning(null, tokens);
        }

        /**
         * Returns whether the model is not to reason.
         *
         * @return {@code true} if reasoning is off
         */
        public boolean isOff() {
            return effort == null && budget == null;
        }
    }

    /** Class of service of a call, with its own price and latency at the vendor. */
    public enum ServiceTier {
        /** The vendor's usual service. */
        STANDARD,
        /** Cheaper and slower, where the vendor offers that. */
        FLEX,
        /** Faster and dearer, where the vendor offers that. */
        PRIORITY
    }

    /**
     * Options of a request besides sampling. A value that is {@code null} or empty leaves the vendor's default; one that
     * a target has no word for is left out and reported as {@link ProviderEvent.RequestAdapted}. Immutable; equal by
     * value. Created by {@link #defaults()} and withers, so that options can be added without breaking callers.
     */
    public static final class Options {

        private static final Options DEFAULTS = new Options(null, null, null, null, Map.of(), null, null, Map.of());

        private static final Set<String> OWN_HEADERS =
                Set.of("host", "content-length", "content-type", "transfer-encoding", "connection", "accept");

        private final @Nullable Reasoning reasoning;
        private final @Nullable Boolean parallelToolCalls;
        private final @Nullable ServiceTier serviceTier;
        private final @Nullable String user;
        private final Map<String, String> metadata;
        private final @Nullable Integer topLogprobs;
        private final @Nullable String idempotencyKey;
        private final Map<String, String> headers;

        private Options(
                @Nullable Reasoning reasoning,
                @Nullable Boolean parallelToolCalls,
                @Nullable ServiceTier serviceTier,
                @Nullable String user,
                Map<String, String> metadata,
                @Nullable Integer topLogprobs,
                @Nullable String idempotencyKey,
                Map<String, String> headers) {
            if (topLogprobs != null && (topLogprobs < 0 || topLogprobs > 20)) {
                throw new IllegalArgumentException("topLogprobs is 0 to 20: " + topLogprobs);
            }
            this.reasoning = reasoning;
            this.parallelToolCalls = parallelToolCalls;
            this.serviceTier = serviceTier;
            this.user = user;
            this.metadata = JsonObjects.copy(metadata);
            this.topLogprobs = topLogprobs;
            this.idempotencyKey = idempotencyKey;
            this.headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        }

        /**
         * Returns options that leave everything to the vendor.
         *
         * @return the options
         */
        public static Options defaults() {
            return DEFAULTS;
        }

        /**
         * Returns the reasoning before the answer.
         *
         * @return the reasoning; {@code null} for the vendor's default
         */
        public @Nullable Reasoning reasoning() {
            return reasoning;
        }

        /**
         * Returns the permission of several tool calls in one turn.
         *
         * @return {@code false} for at most one; {@code null} for the vendor's default
         */
        public @Nullable Boolean parallelToolCalls() {
            return parallelToolCalls;
        }

        /**
         * Returns the class of service.
         *
         * @return the class; {@code null} for the vendor's default
         */
        public @Nullable ServiceTier serviceTier() {
            return serviceTier;
        }

        /**
         * Returns the pseudonym of the end user, by which vendors recognise abuse.
         *
         * @return the pseudonym; {@code null} for none
         */
        public @Nullable String user() {
            return user;
        }

        /**
         * Returns values that the vendor keeps with the answer.
         *
         * @return the values by name, unmodifiable
         */
        public Map<String, String> metadata() {
            return metadata;
        }

        /**
         * Returns the number of alternatives whose log probabilities are reported for each token.
         *
         * @return 0 for the chosen tokens only; {@code null} for no log probabilities
         */
        public @Nullable Integer topLogprobs() {
            return topLogprobs;
        }

        /**
         * Returns the value of the header field {@code Idempotency-Key}, equal in all attempts of a call.
         *
         * @return the key; {@code null} for none
         */
        public @Nullable String idempotencyKey() {
            return idempotencyKey;
        }

        /**
         * Returns header fields of the request besides those of the provider.
         *
         * @return the values by name, unmodifiable
         */
        public Map<String, String> headers() {
            return headers;
        }

        /**
         * Returns a copy with other reasoning.
         *
         * @param reasoning the reasoning; {@code null} for the vendor's default
         * @return a copy
         */
        public Options withReasoning(@Nullable Reasoning reasoning) {
            return new Options(
                    reasoning, parallelToolCalls, serviceTier, user, metadata, topLogprobs, idempotencyKey, headers);
        }

        /**
         * Returns a copy with several tool calls in one turn allowed or not.
         *
         * @param parallelToolCalls {@code false} for at most one; {@code null} for the vendor's default
         * @return a copy
         */
        public Options withParallelToolCalls(@Nullable Boolean parallelToolCalls) {
            return new Options(
                    reasoning, parallelToolCalls, serviceTier, user, metadata, topLogprobs, idempotencyKey, headers);
        }

        /**
         * Returns a copy with another class of service.
         *
         * @param serviceTier the class; {@code null} for the vendor's default
         * @return a copy
         */
        public Options withServiceTier(@Nullable ServiceTier serviceTier) {
            return new Options(
                    reasoning, parallelToolCalls, serviceTier, user, metadata, topLogprobs, idempotencyKey, headers);
        }

        /**
         * Returns a copy with another pseudonym of the end user.
         *
         * @param user the pseudonym; {@code null} for none
         * @return a copy
         */
        public Options withUser(@Nullable String user) {
            return new Options(
                    reasoning, parallelToolCalls, serviceTier, user, metadata, topLogprobs, idempotencyKey, headers);
        }

        /**
         * Returns a copy with log probabilities asked for.
         *
         * @param topLogprobs alternatives for each token, 0 to 20; {@code null} for no log probabilities
         * @return a copy
         * @throws IllegalArgumentException if the number is out of its range
         */
        public Options withTopLogprobs(@Nullable Integer topLogprobs) {
            return new Options(
                    reasoning, parallelToolCalls, serviceTier, user, metadata, topLogprobs, idempotencyKey, headers);
        }

        /**
         * Returns a copy with another idempotency key.
         *
         * @param idempotencyKey value of {@code Idempotency-Key}, printable ASCII; {@code null} for none
         * @return a copy
         * @throws IllegalArgumentException if the key has other characters
         */
        public Options withIdempotencyKey(@Nullable String idempotencyKey) {
            if (idempotencyKey != null) {
                requireHeader("Idempotency-Key", idempotencyKey);
            }
            return new Options(
                    reasoning, parallelToolCalls, serviceTier, user, metadata, topLogprobs, idempotencyKey, headers);
        }

        /**
         * Returns a copy with a value that the vendor keeps with the answer.
         *
         * @param name name of the value
         * @param value the value
         * @return a copy
         */
        public Options withMetadata(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(metadata);
            more.put(name, value);
            return new Options(
                    reasoning, parallelToolCalls, serviceTier, user, more, topLogprobs, idempotencyKey, headers);
        }

        /**
         * Returns a copy with a header field, sent to every provider of the call.
         *
         * @param field name of the field
         * @param value value in printable ASCII
         * @return a copy
         * @throws IllegalArgumentException if the field is invalid, or one that the provider sets itself
         */
        public Options withHeader(String field, String value) {
            requireHeader(field, value);
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(field, value);
            return new Options(
                    reasoning, parallelToolCalls, serviceTier, user, metadata, topLogprobs, idempotencyKey, more);
        }

        private static void requireHeader(String field, String value) {
            if (!field.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+") || OWN_HEADERS.contains(field.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("No header field that a request may add: " + field);
            }
            if (!value.matches("[\\t\\x20-\\x7e]*")) {
                throw new IllegalArgumentException("Header field " + field + " has a value beyond printable ASCII");
            }
        }

        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Options other
                    && Objects.equals(reasoning, other.reasoning)
                    && Objects.equals(parallelToolCalls, other.parallelToolCalls)
                    && serviceTier == other.serviceTier
                    && Objects.equals(user, other.user)
                    && metadata.equals(other.metadata)
                    && Objects.equals(topLogprobs, other.topLogprobs)
                    && Objects.equals(idempotencyKey, other.idempotencyKey)
                    && headers.equals(other.headers);
        }

        @Override
        public int hashCode() {
            return Objects.hash(
                    reasoning, parallelToolCalls, serviceTier, user, metadata, topLogprobs, idempotencyKey, headers);
        }

        /** Describes the options without user, values of metadata and header fields. */
        @Override
        public String toString() {
            return "Options[reasoning=" + reasoning + ", parallelToolCalls=" + parallelToolCalls + ", serviceTier="
                    + serviceTier + ", metadata=" + metadata.keySet() + ", topLogprobs=" + topLogprobs + ", headers="
                    + headers.keySet() + "]";
        }
    }
}
