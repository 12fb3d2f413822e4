package dev.understudy.ops;

import dev.understudy.provider.Quirks;
import dev.understudy.provider.Quirks.CallIds;
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

    private static final Key<Boolean> PLAIN =
            Key.of("plain", Scalars.FLAG, false, "whether only letters, digits and `besides` may stand in one");
    private static final Key<String> BESIDES =
            Key.optional("besides", Scalars.TEXT, "what may stand in a plain one beside letters and digits");
    private static final Key<Integer> SHORTEST =
            Key.of("shortest", Scalars.whole(1, 9), CallIds.any().shortest(), "the least characters of one");
    private static final Key<Integer> LONGEST = Key.optional("longest", Scalars.whole(9), "the most characters of one");

    private static final Section<CallIds> CALL_IDS = new Section<>(
            "callIds",
            "which ids of tool calls are accepted; any other is written anew",
            List.of(PLAIN, BESIDES, SHORTEST, LONGEST),
            QuirkKeys::callIds);
    private static final Key<CallIds> CALL_IDS_KEY = Key.optional("callIds", CALL_IDS, CALL_IDS.doc());

    static final Section<Values> SECTION = new Section<>(
            "quirks",
            "how a server that speaks Chat Completions differs from its preset",
            List.of(PATH_KEY, KEY_HEADER, MAX_TOKENS, SEED, SEEDS, USAGE, DONE, CONTINUATION, CALL_IDS_KEY),
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
        CallIds callIds = said.find(CALL_IDS_KEY);
        quirks = path == null ? quirks : quirks.withPath(path);
        quirks = keyHeader == null ? quirks : quirks.withKeyHeader(keyHeader);
        quirks = maxTokens == null ? quirks : quirks.withMaxTokensField(maxTokens);
        quirks = seed == null ? quirks : quirks.withSeedField(seed);
        quirks = said.get(SEEDS) ? quirks : quirks.withSeedField(null);
        quirks = usage == null ? quirks : quirks.withUsageOnRequest(usage);
        quirks = done == null ? quirks : quirks.withDoneCompletes(done);
        quirks = continuation == null ? quirks : quirks.withContinuation(continuation);
        return callIds == null ? quirks : quirks.withCallIds(callIds);
    }

    private static CallIds callIds(Values said) {
        String besides = said.find(BESIDES);
        Integer longest = said.find(LONGEST);
        if (besides != null && !said.get(PLAIN)) {
            throw new Wrong("besides", "means nothing here", "'plain: true' with it");
        }
        String others = said.get(PLAIN) ? (besides == null ? "" : besides) : null;
        return new CallIds(
                others, said.get(SHORTEST), longest == null ? CallIds.any().longest() : longest);
    }
}
