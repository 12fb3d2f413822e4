package dev.understudy.ops;

import dev.understudy.provider.Quirks;
import dev.understudy.provider.Quirks.Continuation;
import java.util.List;

/** {@link Quirks}: what is said here replaces what the vendor's preset says. */
final class QuirkKeys {

    private static final Key<String> PATH_KEY = Key.optional(
            "path", Scalars.PATH, "where requests go, below `baseUrl`; `{model}` stands for the model's name");
    private static final Key<String> KEY_HEADER = Key.optional(
            "keyHeader",
            Scalars.WORD,
            "the header field that carries the key; `Authorization` carries it as a bearer token");
    private static final Key<String> MAX_TOKENS =
            Key.optional("maxTokensField", Scalars.WORD, "the name of the field that limits the answer");
    private static final Key<String> SEED =
            Key.optional("seedField", Scalars.WORD, "the name of the field that makes answers repeatable");
    private static final Key<Boolean> SEEDS = Key.of("seeds", Scalars.FLAG, true, "false leaves seeds out");
    private static final Key<Boolean> USAGE =
            Key.optional("usageOnRequest", Scalars.FLAG, "whether a stream must be asked for its usage");
    private static final Key<Boolean> DONE = Key.optional(
            "doneCompletes", Scalars.FLAG, "whether `[DONE]` completes an answer that gave no finish reason");
    private static final Key<Continuation> CONTINUATION = Key.optional(
            "continuation",
            Scalars.choice(Continuation.class),
            "how a trailing assistant message is marked as one to be continued");

    static final Section<Values> SECTION = new Section<>(
            "quirks",
            "how a server that speaks Chat Completions differs from its preset",
            List.of(PATH_KEY, KEY_HEADER, MAX_TOKENS, SEED, SEEDS, USAGE, DONE, CONTINUATION),
            said -> {
                applied(said, Quirks.defaults());
                return said;
            });

    private QuirkKeys() {}

    static Quirks applied(Values said, Quirks preset) {
        Quirks quirks = preset;
        String path = said.find(PATH_KEY);
        String keyHeader = said.find(KEY_HEADER);
        String maxTokens = said.find(MAX_TOKENS);
        String seed = said.find(SEED);
        Boolean usage = said.find(USAGE);
        Boolean done = said.find(DONE);
        Continuation continuation = said.find(CONTINUATION);
        quirks = path == null ? quirks : quirks.withPath(path);
        quirks = keyHeader == null ? quirks : quirks.withKeyHeader(keyHeader);
        quirks = maxTokens == null ? quirks : quirks.withMaxTokensField(maxTokens);
        quirks = seed == null ? quirks : quirks.withSeedField(seed);
        quirks = said.get(SEEDS) ? quirks : quirks.withSeedField(null);
        quirks = usage == null ? quirks : quirks.withUsageOnRequest(usage);
        quirks = done == null ? quirks : quirks.withDoneCompletes(done);
        return continuation == null ? quirks : quirks.withContinuation(continuation);
    }
}
