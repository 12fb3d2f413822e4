package dev.understudy.ops.config;

import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Continuation;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Option;
import dev.understudy.provider.endpoint.OpenAiCompatibility.ReasoningField;
import dev.understudy.provider.endpoint.OpenAiCompatibility.ReasoningReplay;
import dev.understudy.provider.endpoint.OpenAiCompatibility.RoleOrder;
import java.util.List;

/** Keys of {@link OpenAiCompatibility}. Values override those of the vendor's preset. */
final class CompatibilityKeys {

    private static final ConfigKey<String> PATH_KEY = ConfigKey.optional(
            "path", ScalarTypes.PATH, "path of requests, below `baseUrl`; `{model}` stands for the name of the model");
    private static final ConfigKey<String> KEY_HEADER = ConfigKey.optional(
            "keyHeader", ScalarTypes.WORD, "header field of the API key; `Authorization` carries it as a bearer token");
    private static final ConfigKey<String> MAX_TOKENS = ConfigKey.optional(
            "maxTokensField", ScalarTypes.WORD, "name of the field that limits the tokens of the answer");
    private static final ConfigKey<String> SEED =
            ConfigKey.optional("seedField", ScalarTypes.WORD, "name of the field for the seed");
    private static final ConfigKey<Boolean> SEEDS =
            ConfigKey.of("seeds", ScalarTypes.FLAG, true, "false leaves seeds out of requests");
    private static final ConfigKey<Boolean> USAGE = ConfigKey.optional(
            "usageOnRequest", ScalarTypes.FLAG, "true requests the usage of streams (`stream_options.include_usage`)");
    private static final ConfigKey<Boolean> DONE = ConfigKey.optional(
            "doneCompletes", ScalarTypes.FLAG, "true treats an answer without a finish reason as complete at `[DONE]`");
    private static final ConfigKey<Boolean> LOADING = ConfigKey.optional(
            "loading",
            ScalarTypes.FLAG,
            "true if the server loads a model when it is requested; at a private address `loadingTimeouts` hold then");
    private static final ConfigKey<Continuation> CONTINUATION = ConfigKey.optional(
            "continuation",
            ScalarTypes.choice(Continuation.class),
            "marking of a trailing assistant message that is to be continued");

    private static final ConfigKey<ReasoningReplay> REASONING_REPLAY = ConfigKey.optional(
            "reasoningReplay",
            ScalarTypes.choice(ReasoningReplay.class),
            "reasoning that goes back to the server it came from");
    private static final ConfigKey<RoleOrder> ROLE_ORDER = ConfigKey.optional(
            "roleOrder", ScalarTypes.choice(RoleOrder.class), "order of roles that the server accepts");
    private static final ConfigKey<ReasoningField> REASONING_FIELD = ConfigKey.optional(
            "reasoningField", ScalarTypes.choice(ReasoningField.class), "form of the request for reasoning");
    private static final ConfigKey<List<Option>> OPTIONS = ConfigKey.optional(
            "options",
            CollectionTypes.list(ScalarTypes.choice(Option.class)),
            "options of requests that the server accepts, instead of those of the preset");

    private static final ConfigKey<Boolean> PLAIN = ConfigKey.of(
            "plain",
            ScalarTypes.FLAG,
            false,
            "true allows only letters, digits and the characters of `otherCharacters`");
    private static final ConfigKey<String> OTHER_CHARACTERS = ConfigKey.optional(
            "otherCharacters", ScalarTypes.TEXT, "characters that are allowed besides letters and digits");
    private static final ConfigKey<Integer> MIN_LENGTH = ConfigKey.of(
            "minLength", ScalarTypes.whole(1, 9), CallIds.any().minLength(), "smallest number of characters");
    private static final ConfigKey<Integer> MAX_LENGTH =
            ConfigKey.optional("maxLength", ScalarTypes.whole(9), "largest number of characters");

    private static final ObjectType<CallIds> CALL_IDS = new ObjectType<>(
            "callIds",
            "ids of tool calls that are accepted; others are replaced",
            List.of(PLAIN, OTHER_CHARACTERS, MIN_LENGTH, MAX_LENGTH),
            CompatibilityKeys::callIds);
    private static final ConfigKey<CallIds> CALL_IDS_KEY = ConfigKey.optional("callIds", CALL_IDS, CALL_IDS.doc());

    static final ObjectType<ConfigValues> SECTION = new ObjectType<>(
            "compatibility",
            "differences of a Chat Completions server from its preset",
            List.of(
                    PATH_KEY,
                    KEY_HEADER,
                    MAX_TOKENS,
                    SEED,
                    SEEDS,
                    USAGE,
                    DONE,
                    CONTINUATION,
                    CALL_IDS_KEY,
                    LOADING,
                    REASONING_REPLAY,
                    ROLE_ORDER,
                    REASONING_FIELD,
                    OPTIONS),
            values -> {
                applied(values, OpenAiCompatibility.defaults());
                return values;
            });

    private CompatibilityKeys() {}

    static OpenAiCompatibility applied(ConfigValues values, OpenAiCompatibility preset) {
        OpenAiCompatibility openAiCompatibility = preset;
        String path = values.find(PATH_KEY);
        String keyHeader = values.find(KEY_HEADER);
        String maxTokens = values.find(MAX_TOKENS);
        String seed = values.find(SEED);
        Boolean usage = values.find(USAGE);
        Boolean done = values.find(DONE);
        Boolean loading = values.find(LOADING);
        Continuation continuation = values.find(CONTINUATION);
        CallIds callIds = values.find(CALL_IDS_KEY);
        openAiCompatibility = path == null ? openAiCompatibility : openAiCompatibility.withPath(path);
        openAiCompatibility = keyHeader == null ? openAiCompatibility : openAiCompatibility.withKeyHeader(keyHeader);
        openAiCompatibility =
                maxTokens == null ? openAiCompatibility : openAiCompatibility.withMaxTokensField(maxTokens);
        openAiCompatibility = seed == null ? openAiCompatibility : openAiCompatibility.withSeedField(seed);
        openAiCompatibility = values.get(SEEDS) ? openAiCompatibility : openAiCompatibility.withSeedField(null);
        openAiCompatibility = usage == null ? openAiCompatibility : openAiCompatibility.withUsageOnRequest(usage);
        openAiCompatibility = done == null ? openAiCompatibility : openAiCompatibility.withDoneCompletes(done);
        openAiCompatibility = loading == null ? openAiCompatibility : openAiCompatibility.withLoading(loading);
        openAiCompatibility =
                continuation == null ? openAiCompatibility : openAiCompatibility.withContinuation(continuation);
        openAiCompatibility = callIds == null ? openAiCompatibility : openAiCompatibility.withCallIds(callIds);
        return options(values, openAiCompatibility);
    }

    private static OpenAiCompatibility options(ConfigValues values, OpenAiCompatibility preset) {
        OpenAiCompatibility applied = preset;
        ReasoningReplay replay = values.find(REASONING_REPLAY);
        RoleOrder roles = values.find(ROLE_ORDER);
        ReasoningField reasoning = values.find(REASONING_FIELD);
        List<Option> options = values.find(OPTIONS);
        applied = replay == null ? applied : applied.withReasoningReplay(replay);
        applied = roles == null ? applied : applied.withRoleOrder(roles);
        applied = reasoning == null ? applied : applied.withReasoningField(reasoning);
        if (options != null) {
            for (Option option : Option.values()) {
                applied = options.contains(option) ? applied.withOption(option) : applied.withoutOption(option);
            }
        }
        return applied;
    }

    private static CallIds callIds(ConfigValues values) {
        String otherCharacters = values.find(OTHER_CHARACTERS);
        Integer maxLength = values.find(MAX_LENGTH);
        if (otherCharacters != null && !values.get(PLAIN)) {
            throw new InvalidValueException("otherCharacters", "means nothing here", "'plain: true' with it");
        }
        String others = values.get(PLAIN) ? (otherCharacters == null ? "" : otherCharacters) : null;
        return new CallIds(
                others,
                values.get(MIN_LENGTH),
                maxLength == null ? CallIds.any().maxLength() : maxLength);
    }
}
