package dev.understudy.provider.endpoint;

import dev.understudy.provider.text.PathSegment;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Differences of a server from OpenAI's Chat Completions. Only differences in requests are listed: variations of
 * answers are recognised without configuration.
 *
 * @param paths paths of requests
 * @param keyHeader header field of the key; {@code Authorization} has it as a bearer token, any other field unchanged
 * @param fields names of fields that differ between servers
 * @param usageOnRequest {@code true} if streams report their usage only on request
 *     ({@code stream_options.include_usage})
 * @param doneCompletes {@code true} if {@code [DONE]} completes an answer without finish reason; else such an answer is
 *     truncated
 * @param turns form of the messages of a conversation
 * @param loading {@code true} if the server loads a model when it is requested; models at an address of this machine or of
 *     a private network then have {@link dev.understudy.chat.Feature#LOADING}
 * @param options options of requests that not every server accepts
 */
public record OpenAiCompatibility(
        Paths paths,
        String keyHeader,
        Fields fields,
        boolean usageOnRequest,
        boolean doneCompletes,
        Turns turns,
        boolean loading,
        Options options) {

    /** Header field that carries the key as a bearer token. */
    public static final String AUTHORIZATION = "Authorization";

    /**
     * Paths of requests, relative to the base URL; {@code {model}} is replaced by the model's name.
     *
     * @param chat path of answers, with a query where one is needed ({@code ?api-version=…})
     * @param probe path of a cheap GET that checks the endpoint; "" if there is none, and then probes always succeed
     */
    public record Paths(String chat, String probe) {
        /**
         * Checks the paths.
         *
         * @param chat path of answers, with a query where one is needed ({@code ?api-version=…})
         * @param probe path of a cheap GET that checks the endpoint
         * @throws IllegalArgumentException if a path does not begin with a slash
         */
        public Paths {
            if (!chat.startsWith("/")) {
                throw new IllegalArgumentException("path begins with a slash: " + chat);
            }
            if (!probe.isEmpty() && !probe.startsWith("/")) {
                throw new IllegalArgumentException("probe path begins with a slash, or is empty: " + probe);
            }
        }
    }

    /**
     * Names of fields that differ between servers.
     *
     * @param maxTokens field that limits the answer
     * @param seed field that makes answers repeatable; {@code null} to omit the seed
     */
    public record Fields(String maxTokens, @Nullable String seed) {
        /**
         * Checks the names.
         *
         * @param maxTokens field that limits the answer
         * @param seed field that makes answers repeatable
         * @throws IllegalArgumentException if {@code maxTokens} is blank
         */
        public Fields {
            if (maxTokens.isBlank()) {
                throw new IllegalArgumentException("maxTokensField is the name of a field, \"max_tokens\" for one");
            }
        }
    }

    /**
     * Form of the messages of a conversation.
     *
     * @param continuation mark of a trailing assistant message that is to be continued
     * @param callIds accepted ids of tool calls
     * @param reasoning which reasoning goes back to the server that it came from
     * @param roles accepted order of roles
     */
    public record Turns(Continuation continuation, CallIds callIds, ReasoningReplay reasoning, RoleOrder roles) {}

    /**
     * Options of requests that not every server accepts. Others are left out, which is reported.
     *
     * @param reasoning form of the request for reasoning
     * @param accepted accepted options
     */
    public record Options(ReasoningField reasoning, Set<Option> accepted) {
        /**
         * Copies the options.
         *
         * @param reasoning form of the request for reasoning
         * @param accepted accepted options
         */
        public Options {
            EnumSet<Option> copy = EnumSet.noneOf(Option.class);
            copy.addAll(accepted);
            accepted = Collections.unmodifiableSet(copy);
        }
    }

    /** Option of a request that not every server accepts. */
    public enum Option {
        /** {@code frequency_penalty} and {@code presence_penalty}. */
        PENALTIES,
        /** {@code parallel_tool_calls}. */
        PARALLEL_TOOL_CALLS,
        /** {@code strict} in tools. */
        STRICT_TOOLS,
        /** {@code user}. */
        USER,
        /** {@code logprobs} and {@code top_logprobs}. */
        LOGPROBS,
        /** {@code service_tier}, with OpenAI's values. */
        SERVICE_TIER,
        /** {@code metadata}. */
        METADATA,
        /** {@code top_k}. */
        TOP_K,
        /** {@code cache_control} in parts of messages. */
        CACHE_HINTS
    }

    /** Form of the request for reasoning. */
    public enum ReasoningField {
        /** None: reasoning cannot be chosen. */
        NONE,
        /** {@code reasoning_effort}, for models that are not known to be without reasoning. */
        EFFORT,
        /** {@code reasoning} with an effort, a budget, or {@code "enabled": false}. */
        OBJECT,
        /** {@code thinking} with the type {@code enabled} or {@code disabled}. */
        THINKING,
        /** {@code chat_template_kwargs} with {@code enable_thinking}, and {@code reasoning_effort}. */
        TEMPLATE
    }

    /** Accepted order of the roles of a conversation. */
    public enum RoleOrder {
        /** Any order. */
        ANY,
        /**
         * At most one system message, at the beginning, then user and assistant in turn, as many chat templates demand.
         * System messages are joined, and so are consecutive messages of one role.
         */
        ALTERNATING,
        /** Any order, but no user message right after results of tools: a short assistant message is put between them. */
        ANSWERED_RESULTS
    }

    /**
     * Which reasoning goes back to the server that it came from, in the field in which it came. Reasoning of other
     * servers is never sent.
     */
    public enum ReasoningReplay {
        /** No reasoning. */
        NEVER,
        /** Reasoning of turns with tool calls. {@code reasoning_details} go back with every turn. */
        WITH_CALLS,
        /** As WITH_CALLS, and {@code reasoning_content} with one space for a turn with tool calls without reasoning. */
        REQUIRED,
        /** All reasoning. */
        ALWAYS,
        /** As WITH_CALLS, and Google's placeholder for a signature on the first call of a turn that has none. */
        SIGNED
    }

    /**
     * Accepted ids of tool calls. Any other id is replaced by one of nine letters and digits, which every known vendor
     * accepts.
     *
     * @param otherCharacters accepted characters other than ASCII letters and digits, {@code "_-"} for one; {@code null} if all
     *     are accepted
     * @param minLength least number of characters, 1 to 9
     * @param maxLength greatest number of characters, 9 or more
     */
    public record CallIds(@Nullable String otherCharacters, int minLength, int maxLength) {

        private static final CallIds ANY = new CallIds(null, 1, Integer.MAX_VALUE);

        /**
         * Checks the limits.
         *
         * @param otherCharacters accepted characters other than ASCII letters and digits, {@code "_-"} for one
         * @param minLength least number of characters
         * @param maxLength greatest number of characters
         * @throws IllegalArgumentException if ids of nine characters are not accepted
         */
        public CallIds {
            if (minLength < 1 || minLength > 9 || maxLength < 9) {
                throw new IllegalArgumentException("Ids of nine characters must be among those that are accepted: "
                        + minLength + " to " + maxLength);
            }
        }

        /**
         * Accepts every id.
         *
         * @return the rule that accepts every id
         */
        public static CallIds any() {
            return ANY;
        }

        /**
         * Recognises the rule that accepts every id.
         *
         * @return {@code true} if every id is accepted
         */
        public boolean isAny() {
            return equals(ANY);
        }

        /**
         * Checks an id.
         *
         * @param id id of a tool call
         * @return {@code true} if the server accepts the id
         */
        public boolean accepts(String id) {
            String others = otherCharacters;
            return id.length() >= minLength
                    && id.length() <= maxLength
                    && (others == null || id.chars().allMatch(c -> isPlain(c) || others.indexOf(c) >= 0));
        }

        private static boolean isPlain(int c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }
    }

    /** Mark of a trailing assistant message that is to be continued. */
    public enum Continuation {
        /** No mark: the server continues the message, or does not. */
        PLAIN,
        /** {@code "prefix": true} in the message. */
        PREFIX,
        /** {@code "continue_final_message": true} and {@code "add_generation_prompt": false} in the body. */
        FLAGS
    }

    private static final OpenAiCompatibility DEFAULTS = new OpenAiCompatibility(
            new Paths("/chat/completions", "/models"),
            AUTHORIZATION,
            new Fields("max_tokens", "seed"),
            true,
            false,
            new Turns(Continuation.PLAIN, CallIds.any(), ReasoningReplay.WITH_CALLS, RoleOrder.ANY),
            false,
            new Options(ReasoningField.EFFORT, EnumSet.range(Option.PENALTIES, Option.LOGPROBS)));

    /**
     * Checks the header field.
     *
     * @param paths paths of requests
     * @param keyHeader header field of the key
     * @param fields names of fields that differ between servers
     * @param usageOnRequest {@code true} if streams report their usage only on request
     *     ({@code stream_options.include_usage})
     * @param doneCompletes {@code true} if {@code [DONE]} completes an answer without finish reason
     * @param turns form of the messages of a conversation
     * @param loading {@code true} if the server loads a model when it is requested
     * @param options options of requests that not every server accepts
     * @throws IllegalArgumentException if {@code keyHeader} is not the name of a header field
     */
    public OpenAiCompatibility {
        if (!keyHeader.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
            throw new IllegalArgumentException("keyHeader is the name of a header field: " + keyHeader);
        }
    }

    /**
     * The form that most compatible servers accept.
     *
     * @return the defaults
     */
    public static OpenAiCompatibility defaults() {
        return DEFAULTS;
    }

    /**
     * OpenAI itself, whose reasoning models reject {@code max_tokens}. Ids of tool calls have at most 40 characters.
     *
     * @return the differences
     */
    public static OpenAiCompatibility openAi() {
        return DEFAULTS.withMaxTokensField("max_completion_tokens")
                .withCallIds(new CallIds(null, 1, 40))
                .withOption(Option.SERVICE_TIER)
                .withOption(Option.METADATA);
    }

    /**
     * Azure OpenAI in the v1 form, below {@code https://NAME.openai.azure.com}: the body names the model.
     *
     * @return the differences
     */
    public static OpenAiCompatibility azure() {
        return openAi().withPath("/openai/v1/chat/completions")
                .withProbePath("/openai/v1/models")
                .withKeyHeader("api-key");
    }

    /**
     * Azure OpenAI in the classic form, below {@code https://NAME.openai.azure.com}: the path names the deployment.
     *
     * @param apiVersion version of the API, {@code "2024-10-21"} for one
     * @return the differences
     */
    public static OpenAiCompatibility azure(String apiVersion) {
        String version = "?api-version=" + PathSegment.of(apiVersion);
        return azure().withPath("/openai/deployments/{model}/chat/completions" + version)
                .withProbePath("/openai/models" + version);
    }

    /**
     * Adds the header field of the key to a request.
     *
     * @param key the key
     * @param header receives name and value of the field
     */
    public void authorize(Secret key, BiConsumer<String, String> header) {
        boolean bearer = keyHeader.equalsIgnoreCase(AUTHORIZATION);
        header.accept(keyHeader, bearer ? "Bearer " + key.reveal() : key.reveal());
    }

    /**
     * Path of an answer.
     *
     * @param model the model's name
     * @return the path, with the model's name in place of {@code {model}}
     */
    public String path(String model) {
        return paths.chat().replace("{model}", PathSegment.of(model));
    }

    /**
     * Replaces the path of answers.
     *
     * @param path path that begins with a slash
     * @return a copy with the value
     */
    public OpenAiCompatibility withPath(String path) {
        return withPaths(new Paths(path, paths.probe()));
    }

    /**
     * Replaces the path of probes.
     *
     * @param path path that begins with a slash; "" for no probe
     * @return a copy with the value
     */
    public OpenAiCompatibility withProbePath(String path) {
        return withPaths(new Paths(paths.chat(), path));
    }

    private OpenAiCompatibility withPaths(Paths paths) {
        return new OpenAiCompatibility(
                paths, keyHeader, fields, usageOnRequest, doneCompletes, turns, loading, options);
    }

    /**
     * Replaces the header field of the key.
     *
     * @param keyHeader name of the header field
     * @return a copy with the value
     */
    public OpenAiCompatibility withKeyHeader(String keyHeader) {
        return new OpenAiCompatibility(
                paths, keyHeader, fields, usageOnRequest, doneCompletes, turns, loading, options);
    }

    /**
     * Replaces the name of the field that limits the answer.
     *
     * @param maxTokensField name of the field
     * @return a copy with the value
     */
    public OpenAiCompatibility withMaxTokensField(String maxTokensField) {
        return withFields(new Fields(maxTokensField, fields.seed()));
    }

    /**
     * Replaces the name of the field of the seed.
     *
     * @param seedField name of the field; {@code null} to omit seeds
     * @return a copy with the value
     */
    public OpenAiCompatibility withSeedField(@Nullable String seedField) {
        return withFields(new Fields(fields.maxTokens(), seedField));
    }

    private OpenAiCompatibility withFields(Fields fields) {
        return new OpenAiCompatibility(
                paths, keyHeader, fields, usageOnRequest, doneCompletes, turns, loading, options);
    }

    /**
     * Selects the request for usage in streams.
     *
     * @param usageOnRequest {@code true} to send {@code stream_options.include_usage}
     * @return a copy with the value
     */
    public OpenAiCompatibility withUsageOnRequest(boolean usageOnRequest) {
        return new OpenAiCompatibility(
                paths, keyHeader, fields, usageOnRequest, doneCompletes, turns, loading, options);
    }

    /**
     * Selects the meaning of {@code [DONE]} without finish reason.
     *
     * @param doneCompletes {@code true} if it completes the answer
     * @return a copy with the value
     */
    public OpenAiCompatibility withDoneCompletes(boolean doneCompletes) {
        return new OpenAiCompatibility(
                paths, keyHeader, fields, usageOnRequest, doneCompletes, turns, loading, options);
    }

    /**
     * Replaces the mark of a trailing assistant message.
     *
     * @param continuation mark of a message that is to be continued
     * @return a copy with the value
     */
    public OpenAiCompatibility withContinuation(Continuation continuation) {
        return withTurns(new Turns(continuation, turns.callIds(), turns.reasoning(), turns.roles()));
    }

    /**
     * Replaces the accepted ids of tool calls.
     *
     * @param callIds accepted ids
     * @return a copy with the value
     */
    public OpenAiCompatibility withCallIds(CallIds callIds) {
        return withTurns(new Turns(turns.continuation(), callIds, turns.reasoning(), turns.roles()));
    }

    /**
     * Selects which reasoning goes back to the server.
     *
     * @param reasoning which reasoning goes back
     * @return a copy with the value
     */
    public OpenAiCompatibility withReasoningReplay(ReasoningReplay reasoning) {
        return withTurns(new Turns(turns.continuation(), turns.callIds(), reasoning, turns.roles()));
    }

    /**
     * Selects the accepted order of roles.
     *
     * @param roles accepted order
     * @return a copy with the value
     */
    public OpenAiCompatibility withRoleOrder(RoleOrder roles) {
        return withTurns(new Turns(turns.continuation(), turns.callIds(), turns.reasoning(), roles));
    }

    private OpenAiCompatibility withTurns(Turns turns) {
        return new OpenAiCompatibility(
                paths, keyHeader, fields, usageOnRequest, doneCompletes, turns, loading, options);
    }

    /**
     * Tells whether the server loads models on request.
     *
     * @param loading {@code true} if the server loads a model when it is requested
     * @return a copy with the value
     */
    public OpenAiCompatibility withLoading(boolean loading) {
        return new OpenAiCompatibility(
                paths, keyHeader, fields, usageOnRequest, doneCompletes, turns, loading, options);
    }

    /**
     * Selects the form of the request for reasoning.
     *
     * @param reasoning the form
     * @return a copy with the value
     */
    public OpenAiCompatibility withReasoningField(ReasoningField reasoning) {
        return withOptions(new Options(reasoning, options.accepted()));
    }

    /**
     * Adds an accepted option.
     *
     * @param option the option
     * @return a copy that accepts the option
     */
    public OpenAiCompatibility withOption(Option option) {
        EnumSet<Option> more = EnumSet.of(option);
        more.addAll(options.accepted());
        return withOptions(new Options(options.reasoning(), more));
    }

    /**
     * Removes an accepted option.
     *
     * @param option the option
     * @return a copy that does not accept the option
     */
    public OpenAiCompatibility withoutOption(Option option) {
        EnumSet<Option> fewer = EnumSet.noneOf(Option.class);
        fewer.addAll(options.accepted());
        fewer.remove(option);
        return withOptions(new Options(options.reasoning(), fewer));
    }

    private OpenAiCompatibility withOptions(Options options) {
        return new OpenAiCompatibility(
                paths, keyHeader, fields, usageOnRequest, doneCompletes, turns, loading, options);
    }
}
