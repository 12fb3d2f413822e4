package dev.understudy.provider.endpoint;

import dev.understudy.provider.text.PathSegment;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a server that speaks OpenAI Chat Completions differs from the others. Only what must be known beforehand is here:
 * the many habits of answering are recognised as they come.
 *
 * @param paths where requests go
 * @param keyHeader the header field that carries the key; {@code Authorization} carries it as a bearer token, any other
 *     as it is
 * @param fields names of fields that not everybody calls the same
 * @param usageOnRequest whether a stream must be asked for its usage ({@code stream_options.include_usage})
 * @param doneCompletes whether {@code [DONE]} completes an answer that gave no finish reason; else it was cut
 * @param turns how the turns of a conversation are written
 */
public record OpenAiCompatibility(
        Paths paths, String keyHeader, Fields fields, boolean usageOnRequest, boolean doneCompletes, Turns turns) {

    public static final String AUTHORIZATION = "Authorization";

    /**
     * Where requests go, relative to the base URL; {@code {model}} stands for the model's name.
     *
     * @param chat for answers, with a query where one is needed ({@code ?api-version=…})
     * @param probe a cheap GET that tells that the endpoint works; "" if there is none, then probes always succeed
     */
    public record Paths(String chat, String probe) {
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
     * Names of fields that not everybody calls the same.
     *
     * @param maxTokens limits the answer
     * @param seed makes answers repeatable; {@code null} where that is not known, and the seed is left out
     */
    public record Fields(String maxTokens, @Nullable String seed) {
        public Fields {
            if (maxTokens.isBlank()) {
                throw new IllegalArgumentException("maxTokensField is the name of a field, \"max_tokens\" for one");
            }
        }
    }

    /**
     * How the turns of a conversation are written.
     *
     * @param continuation how a trailing assistant message is marked as one to be continued
     * @param callIds which ids of tool calls are accepted
     */
    public record Turns(Continuation continuation, CallIds callIds) {}

    /**
     * Which ids of tool calls are accepted. Any other is written anew, in nine letters and digits, which every known
     * vendor accepts.
     *
     * @param besides what may stand in an id beside the letters and digits of ASCII, {@code "_-"} for one; {@code null}
     *     if anything may
     * @param shortest the least characters of one, at most 9
     * @param longest the most characters of one, at least 9
     */
    public record CallIds(@Nullable String besides, int shortest, int longest) {

        private static final CallIds ANY = new CallIds(null, 1, Integer.MAX_VALUE);

        public CallIds {
            if (shortest < 1 || shortest > 9 || longest < 9) {
                throw new IllegalArgumentException(
                        "Ids of nine characters must be among those that are accepted: " + shortest + " to " + longest);
            }
        }

        /** All of them. */
        public static CallIds any() {
            return ANY;
        }

        public boolean isAny() {
            return equals(ANY);
        }

        public boolean accepts(String id) {
            String others = besides;
            return id.length() >= shortest
                    && id.length() <= longest
                    && (others == null || id.chars().allMatch(c -> isPlain(c) || others.indexOf(c) >= 0));
        }

        private static boolean isPlain(int c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }
    }

    /** How a trailing assistant message is marked as one to be continued. */
    public enum Continuation {
        /** Not at all: it is continued, or it is not. */
        PLAIN,
        /** By {@code "prefix": true} in the message. */
        PREFIX,
        /** By {@code "continue_final_message": true} and {@code "add_generation_prompt": false} in the body. */
        FLAGS
    }

    private static final OpenAiCompatibility DEFAULTS = new OpenAiCompatibility(
            new Paths("/chat/completions", "/models"),
            AUTHORIZATION,
            new Fields("max_tokens", "seed"),
            true,
            false,
            new Turns(Continuation.PLAIN, CallIds.any()));

    public OpenAiCompatibility {
        if (!keyHeader.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
            throw new IllegalArgumentException("keyHeader is the name of a header field: " + keyHeader);
        }
    }

    /** What most compatible servers understand. */
    public static OpenAiCompatibility defaults() {
        return DEFAULTS;
    }

    /** OpenAI itself, whose reasoning models refuse {@code max_tokens}. Ids of tool calls have at most 40 characters. */
    public static OpenAiCompatibility openAi() {
        return DEFAULTS.withMaxTokensField("max_completion_tokens").withCallIds(new CallIds(null, 1, 40));
    }

    /** Azure OpenAI, the v1 form, below {@code https://NAME.openai.azure.com}: models are named in the body. */
    public static OpenAiCompatibility azure() {
        return openAi().withPath("/openai/v1/chat/completions")
                .withProbePath("/openai/v1/models")
                .withKeyHeader("api-key");
    }

    /** Azure OpenAI, the classic form, below the same URL: the model's name is the deployment's. */
    public static OpenAiCompatibility azure(String apiVersion) {
        String version = "?api-version=" + PathSegment.of(apiVersion);
        return azure().withPath("/openai/deployments/{model}/chat/completions" + version)
                .withProbePath("/openai/models" + version);
    }

    /** Puts the key where {@code keyHeader} says. */
    public void authorize(Secret key, BiConsumer<String, String> header) {
        boolean bearer = keyHeader.equalsIgnoreCase(AUTHORIZATION);
        header.accept(keyHeader, bearer ? "Bearer " + key.reveal() : key.reveal());
    }

    public String path(String model) {
        return paths.chat().replace("{model}", PathSegment.of(model));
    }

    public OpenAiCompatibility withPath(String path) {
        return withPaths(new Paths(path, paths.probe()));
    }

    /** @param path "" for no probe */
    public OpenAiCompatibility withProbePath(String path) {
        return withPaths(new Paths(paths.chat(), path));
    }

    private OpenAiCompatibility withPaths(Paths paths) {
        return new OpenAiCompatibility(paths, keyHeader, fields, usageOnRequest, doneCompletes, turns);
    }

    public OpenAiCompatibility withKeyHeader(String keyHeader) {
        return new OpenAiCompatibility(paths, keyHeader, fields, usageOnRequest, doneCompletes, turns);
    }

    public OpenAiCompatibility withMaxTokensField(String maxTokensField) {
        return withFields(new Fields(maxTokensField, fields.seed()));
    }

    /** @param seedField {@code null} to leave seeds out */
    public OpenAiCompatibility withSeedField(@Nullable String seedField) {
        return withFields(new Fields(fields.maxTokens(), seedField));
    }

    private OpenAiCompatibility withFields(Fields fields) {
        return new OpenAiCompatibility(paths, keyHeader, fields, usageOnRequest, doneCompletes, turns);
    }

    public OpenAiCompatibility withUsageOnRequest(boolean usageOnRequest) {
        return new OpenAiCompatibility(paths, keyHeader, fields, usageOnRequest, doneCompletes, turns);
    }

    public OpenAiCompatibility withDoneCompletes(boolean doneCompletes) {
        return new OpenAiCompatibility(paths, keyHeader, fields, usageOnRequest, doneCompletes, turns);
    }

    public OpenAiCompatibility withContinuation(Continuation continuation) {
        return withTurns(new Turns(continuation, turns.callIds()));
    }

    public OpenAiCompatibility withCallIds(CallIds callIds) {
        return withTurns(new Turns(turns.continuation(), callIds));
    }

    private OpenAiCompatibility withTurns(Turns turns) {
        return new OpenAiCompatibility(paths, keyHeader, fields, usageOnRequest, doneCompletes, turns);
    }
}
