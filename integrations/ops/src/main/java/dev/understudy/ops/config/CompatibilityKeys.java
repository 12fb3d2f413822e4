package dev.understudy.ops.config;

import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Continuation;
import java.util.List;

/** {@link OpenAiCompatibility}: what is said here replaces what the vendor's preset says. */
final class CompatibilityKeys {

    private static final ConfigKey<String> PATH_KEY = ConfigKey.optional(
            "path", ScalarTypes.PATH, "where requests go, below `baseUrl`; `{model}` stands for the model's name");
    private static final ConfigKey<String> KEY_HEADER = ConfigKey.optional(
            "keyHeader",
            ScalarTypes.WORD,
            "the header field that carries the key; `Authorization` carries it as a bearer token");
    private static final ConfigKey<String> MAX_TOKENS =
            ConfigKey.optional("maxTokensField", ScalarTypes.WORD, "the name of the field that limits the answer");
    private static final ConfigKey<String> SEED =
            ConfigKey.optional("seedField", ScalarTypes.WORD, "the name of the field that makes answers repeatable");
    private static final ConfigKey<Boolean> SEEDS =
            ConfigKey.of("seeds", ScalarTypes.FLAG, true, "false leaves seeds out");
    private static final ConfigKey<Boolean> USAGE =
            ConfigKey.optional("usageOnRequest", ScalarTypes.FLAG, "whether a stream must be asked for its usage");
    private static final ConfigKey<Boolean> DONE = ConfigKey.optional(
            "doneCompletes", ScalarTypes.FLAG, "whether `[DONE]` completes an answer that gave no finish reason");
    private static final ConfigKey<Continuation> CONTINUATION = ConfigKey.optional(
            "continuation",
            ScalarTypes.choice(Continuation.class),
            "how a trailing assistant message is marked as one to be continued");

    private static final ConfigKey<Boolean> PLAIN = ConfigKey.of(
            "plain", ScalarTypes.FLAG, false, "whether only letters, digits and `besides` may stand in one");
    private static final ConfigKey<String> BESIDES =
            ConfigKey.optional("besides", ScalarTypes.TEXT, "what may stand in a plain one beside letters and digits");
    private static final ConfigKey<Integer> SHORTEST =
            ConfigKey.of("shortest", ScalarTypes.whole(1, 9), CallIds.any().shortest(), "the least characters of one");
    private static final ConfigKey<Integer> LONGEST =
            ConfigKey.optional("longest", ScalarTypes.whole(9), "the most characters of one");

    private static final ObjectType<CallIds> CALL_IDS = new ObjectType<>(
            "callIds",
            "which ids of tool calls are accepted; any other is written anew",
            List.of(PLAIN, BESIDES, SHORTEST, LONGEST),
            CompatibilityKeys::callIds);
    private static final ConfigKey<CallIds> CALL_IDS_KEY = ConfigKey.optional("callIds", CALL_IDS, CALL_IDS.doc());

    static final ObjectType<ConfigValues> SECTION = new ObjectType<>(
            "quirks",
            "how a server that speaks Chat Completions differs from its preset",
            List.of(PATH_KEY, KEY_HEADER, MAX_TOKENS, SEED, SEEDS, USAGE, DONE, CONTINUATION, CALL_IDS_KEY),
            said -> {
                applied(said, OpenAiCompatibility.defaults());
                return said;
            });

    private CompatibilityKeys() {}

    static OpenAiCompatibility applied(ConfigValues said, OpenAiCompatibility preset) {
        OpenAiCompatibility openAiCompatibility = preset;
        String path = said.find(PATH_KEY);
        String keyHeader = said.find(KEY_HEADER);
        String maxTokens = said.find(MAX_TOKENS);
        String seed = said.find(SEED);
        Boolean usage = said.find(USAGE);
        Boolean done = said.find(DONE);
        Continuation continuation = said.find(CONTINUATION);
        CallIds callIds = said.find(CALL_IDS_KEY);
        openAiCompatibility = path == null ? openAiCompatibility : openAiCompatibility.withPath(path);
        openAiCompatibility = keyHeader == null ? openAiCompatibility : openAiCompatibility.withKeyHeader(keyHeader);
        openAiCompatibility =
                maxTokens == null ? openAiCompatibility : openAiCompatibility.withMaxTokensField(maxTokens);
        openAiCompatibility = seed == null ? openAiCompatibility : openAiCompatibility.withSeedField(seed);
        openAiCompatibility = said.get(SEEDS) ? openAiCompatibility : openAiCompatibility.withSeedField(null);
        openAiCompatibility = usage == null ? openAiCompatibility : openAiCompatibility.withUsageOnRequest(usage);
        openAiCompatibility = done == null ? openAiCompatibility : openAiCompatibility.withDoneCompletes(done);
        openAiCompatibility =
                continuation == null ? openAiCompatibility : openAiCompatibility.withContinuation(continuation);
        return callIds == null ? openAiCompatibility : openAiCompatibility.withCallIds(callIds);
    }

    private static CallIds callIds(ConfigValues said) {
        String besides = said.find(BESIDES);
        Integer longest = said.find(LONGEST);
        if (besides != null && !said.get(PLAIN)) {
            throw new InvalidValueException("besides", "means nothing here", "'plain: true' with it");
        }
        String others = said.get(PLAIN) ? (besides == null ? "" : besides) : null;
        return new CallIds(
                others, said.get(SHORTEST), longest == null ? CallIds.any().longest() : longest);
    }
}
