package dev.understudy.provider;

import org.jspecify.annotations.Nullable;

/**
 * How a server that speaks OpenAI Chat Completions differs from the others. Only what must be known beforehand is here:
 * the many habits of answering are recognised as they come.
 *
 * @param path where chat requests go, relative to the base URL, with a query where one is needed
 *     ({@code ?api-version=…})
 * @param keyHeader the header field that carries the key; {@code Authorization} carries it as a bearer token, any other
 *     as it is
 * @param maxTokensField the name of the field that limits the answer
 * @param usageOnRequest whether a stream must be asked for its usage ({@code stream_options.include_usage})
 * @param doneCompletes whether {@code [DONE]} completes an answer that gave no finish reason; else it was cut
 * @param continuation how a trailing assistant message is marked as one to be continued; {@code null} where that needs no
 *     mark
 */
public record Quirks(
        String path,
        String keyHeader,
        String maxTokensField,
        boolean usageOnRequest,
        boolean doneCompletes,
        @Nullable Continuation continuation) {

    private static final Quirks DEFAULTS =
            new Quirks("/chat/completions", "Authorization", "max_tokens", true, false, null);

    public Quirks {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path begins with a slash: " + path);
        }
        if (!keyHeader.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
            throw new IllegalArgumentException("keyHeader is the name of a header field: " + keyHeader);
        }
        if (maxTokensField.isBlank()) {
            throw new IllegalArgumentException("maxTokensField is the name of a field, \"max_tokens\" for one");
        }
    }

    /** What most compatible servers understand. */
    public static Quirks defaults() {
        return DEFAULTS;
    }

    /** OpenAI itself, whose reasoning models refuse {@code max_tokens}. */
    public static Quirks openAi() {
        return DEFAULTS.withMaxTokensField("max_completion_tokens");
    }

    /** Azure OpenAI, the classic form: the base URL ends in {@code /openai/deployments/NAME}. */
    public static Quirks azure(String apiVersion) {
        return openAi().withPath("/chat/completions?api-version=" + apiVersion).withKeyHeader("api-key");
    }

    public Quirks withPath(String path) {
        return new Quirks(path, keyHeader, maxTokensField, usageOnRequest, doneCompletes, continuation);
    }

    public Quirks withKeyHeader(String keyHeader) {
        return new Quirks(path, keyHeader, maxTokensField, usageOnRequest, doneCompletes, continuation);
    }

    public Quirks withMaxTokensField(String maxTokensField) {
        return new Quirks(path, keyHeader, maxTokensField, usageOnRequest, doneCompletes, continuation);
    }

    public Quirks withUsageOnRequest(boolean usageOnRequest) {
        return new Quirks(path, keyHeader, maxTokensField, usageOnRequest, doneCompletes, continuation);
    }

    public Quirks withDoneCompletes(boolean doneCompletes) {
        return new Quirks(path, keyHeader, maxTokensField, usageOnRequest, doneCompletes, continuation);
    }

    public Quirks withContinuation(@Nullable Continuation continuation) {
        return new Quirks(path, keyHeader, maxTokensField, usageOnRequest, doneCompletes, continuation);
    }
}
