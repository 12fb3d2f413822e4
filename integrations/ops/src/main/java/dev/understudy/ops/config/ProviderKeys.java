package dev.understudy.ops.config;

import dev.understudy.chat.Capabilities;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.endpoint.Transport;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keys of one provider: endpoint, dialect, credentials, models and limits. */
final class ProviderKeys {

    private static final Pattern ACCOUNT = Pattern.compile("[\\w.:-]+");

    private static final List<OpenAiCompatibleVendor> VENDORS = List.of(OpenAiCompatibleVendor.values());
    private static final List<WireProtocol> DIALECTS = List.of(WireProtocol.values());

    private static final ConfigKey<OpenAiCompatibleVendor> VENDOR = ConfigKey.optional(
            "vendor",
            ScalarTypes.choice(
                    VENDORS,
                    OpenAiCompatibleVendor::label,
                    "dialect",
                    DIALECTS.stream().map(ScalarTypes::label).toList()),
            "preset of a vendor: base URL and compatibility");
    private static final ConfigKey<WireProtocol> DIALECT = ConfigKey.optional(
            "dialect",
            ScalarTypes.choice(
                    DIALECTS,
                    ScalarTypes::label,
                    "vendor",
                    VENDORS.stream().map(OpenAiCompatibleVendor::label).toList()),
            "API dialect, where there is no preset");
    private static final ConfigKey<Boolean> SUPPLIED = ConfigKey.of(
            "supplied", ScalarTypes.FLAG, false, "true for a provider that the application supplies under this name");
    private static final ConfigKey<URI> BASE_URL = ConfigKey.optional(
            "baseUrl",
            ScalarTypes.URL,
            "base URL that the paths of the dialect are appended to, instead of the usual one");
    private static final ConfigKey<String> ACCOUNT_KEY = ConfigKey.optional(
            "account", ScalarTypes.WORD, "account or host that is part of the address of the vendor");
    private static final ConfigKey<String> REGION =
            ConfigKey.optional("region", ScalarTypes.WORD, "region of Bedrock: `us-east-1`");
    private static final ConfigKey<String> API_VERSION =
            ConfigKey.optional("apiVersion", ScalarTypes.WORD, "API version of Azure's classic form: `2024-10-21`");
    private static final ConfigKey<List<Secret>> KEYS = ConfigKey.of(
            "keys",
            CollectionTypes.list(new SecretType<>(Secret::of)),
            List.of(),
            "API keys, used in rotation; a rate-limited key cools down");
    private static final ConfigKey<String> KEY_FILE = ConfigKey.optional(
            "keyFile",
            ScalarTypes.TEXT,
            "file with the API key, in place of `keys`; read again every 30 s and when the vendor answers 401");
    private static final ConfigKey<Map<String, String>> HEADERS = ConfigKey.of(
            "headers", CollectionTypes.named(new HeaderValueType()), Map.of(), "header fields of every request");
    private static final ConfigKey<String> MODEL = ConfigKey.optional(
            "model", ScalarTypes.TEXT, "only model that is requested of this provider, for every model of the caller");
    private static final ConfigKey<Map<String, String>> MODELS = ConfigKey.of(
            "models",
            CollectionTypes.named(ScalarTypes.TEXT),
            Map.of(),
            "models that the provider serves: from the name of the caller to the name of the provider");
    private static final ConfigKey<Map<String, ConfigValues>> CATALOGUE = ConfigKey.of(
            "catalogue",
            CollectionTypes.named(ModelKeys.SECTION),
            Map.of(),
            "capabilities by the name that the provider has for the model");
    private static final ConfigKey<Integer> WEIGHT =
            ConfigKey.of("weight", ScalarTypes.whole(1), 1, "weight in the strategy `weighted`");
    private static final ConfigKey<Map<String, String>> TAGS = ConfigKey.of(
            "tags",
            CollectionTypes.named(ScalarTypes.TEXT),
            Map.of(),
            "tags that a call can require: a region, a data policy");
    private static final ConfigKey<ProviderOptions.RateLimits> LIMITS = ConfigKey.of(
            "limits", PolicyKeys.RATE_LIMITS, ProviderOptions.RateLimits.none(), PolicyKeys.RATE_LIMITS.doc());
    private static final ConfigKey<Transport> TRANSPORT =
            ConfigKey.of("transport", TransportKeys.SECTION, Transport.defaults(), TransportKeys.SECTION.doc());
    private static final ConfigKey<ConfigValues> QUIRKS = ConfigKey.of(
            "compatibility", CompatibilityKeys.SECTION, ConfigValues.NONE, CompatibilityKeys.SECTION.doc());
    private static final ConfigKey<ConfigValues> HEALTH_CHECK = ConfigKey.of(
            "healthCheck", HealthCheckKeys.OF_PROVIDER, ConfigValues.NONE, HealthCheckKeys.OF_PROVIDER.doc());

    private static final List<ConfigKey<?>> OF_REMOTE_ONLY = List.of(
            VENDOR,
            DIALECT,
            BASE_URL,
            ACCOUNT_KEY,
            REGION,
            API_VERSION,
            KEYS,
            KEY_FILE,
            HEADERS,
            CATALOGUE,
            TRANSPORT,
            QUIRKS);

    static final ObjectType<ProviderSpec> SECTION = new ObjectType<>(
                    "provider",
                    "a provider that requests are sent to",
                    List.of(
                            VENDOR,
                            DIALECT,
                            SUPPLIED,
                            BASE_URL,
                            ACCOUNT_KEY,
                            REGION,
                            API_VERSION,
                            KEYS,
                            KEY_FILE,
                            HEADERS,
                            MODEL,
                            MODELS,
                            CATALOGUE,
                            WEIGHT,
                            TAGS,
                            LIMITS,
                            TRANSPORT,
                            QUIRKS,
                            HEALTH_CHECK),
                    ProviderKeys::provider)
            .withCombinations(Map.of(
                    "allOf",
                    List.of(
                            Map.of("anyOf", List.of(required(VENDOR), required(DIALECT), required(SUPPLIED))),
                            exclusive(VENDOR, DIALECT),
                            exclusive(MODEL, MODELS),
                            exclusive(KEYS, KEY_FILE))));

    private ProviderKeys() {}

    private static Map<String, Object> required(ConfigKey<?>... keys) {
        return Map.of("required", Stream.of(keys).map(ConfigKey::name).toList());
    }

    private static Map<String, Object> exclusive(ConfigKey<?> one, ConfigKey<?> other) {
        return Map.of("not", required(one, other));
    }

    private static ProviderSpec provider(ConfigValues values) {
        ProviderSpec.Source source = values.get(SUPPLIED) ? supplied(values) : remote(values);
        return new ProviderSpec("provider", source, seat(values), values.get(HEALTH_CHECK));
    }

    private static ProviderOptions seat(ConfigValues values) {
        if (values.find(MODEL) != null && !values.get(MODELS).isEmpty()) {
            throw new InvalidValueException("models", "cannot stand beside 'model'", "one of them");
        }
        return new ProviderOptions(
                values.find(MODEL), values.get(MODELS), values.get(WEIGHT), values.get(TAGS), values.get(LIMITS), null);
    }

    private static ProviderSpec.Source supplied(ConfigValues values) {
        for (ConfigKey<?> key : OF_REMOTE_ONLY) {
            if (values.explicit(key) != null) {
                throw new InvalidValueException(
                        key.name(), "cannot stand beside 'supplied'", "the application brings the provider whole");
            }
        }
        if (values.get(HEALTH_CHECK).explicit(HealthCheckKeys.ENDPOINT) != null) {
            throw new InvalidValueException(
                    "healthCheck/endpoint", "cannot stand beside 'supplied'", "its own probe() is used");
        }
        return new ProviderSpec.Supplied();
    }

    private static ProviderSpec.Source remote(ConfigValues values) {
        OpenAiCompatibleVendor openAiCompatibleVendor = values.find(VENDOR);
        WireProtocol dialect = values.find(DIALECT);
        if ((openAiCompatibleVendor == null) == (dialect == null)) {
            String what = openAiCompatibleVendor == null
                    ? "has neither 'vendor' nor 'dialect'"
                    : "has both 'vendor' and 'dialect'";
            throw new InvalidValueException("", what, "one of them, or 'supplied: true'");
        }
        WireProtocol wireProtocol = dialect == null ? WireProtocol.OPENAI_COMPATIBLE : dialect;
        Endpoint endpoint = endpoint(
                values,
                openAiCompatibleVendor == null
                        ? address(values, wireProtocol)
                        : address(values, openAiCompatibleVendor));
        return new ProviderSpec.Remote(
                wireProtocol, endpoint, compatibility(values, wireProtocol, openAiCompatibleVendor));
    }

    private static String address(ConfigValues values, OpenAiCompatibleVendor openAiCompatibleVendor) {
        only(values, REGION, false, "Bedrock");
        only(values, API_VERSION, false, "dialect azure-classic");
        URI url = values.find(BASE_URL);
        String account = values.find(ACCOUNT_KEY);
        if (url != null) {
            only(values, ACCOUNT_KEY, false, "a vendor without 'baseUrl'");
            return url.toString();
        }
        try {
            if (account == null) {
                return openAiCompatibleVendor.endpoint().baseUrl().toString();
            }
            if (!ACCOUNT.matcher(account).matches()) {
                throw new InvalidValueException(
                        "account", "has characters that no account or host has", "letters, digits, '.', ':' and '-'");
            }
            return openAiCompatibleVendor.endpointAt(account).baseUrl().toString();
        } catch (InvalidValueException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw account == null
                    ? new InvalidValueException(
                            "account",
                            "is missing: this vendor has no address for everybody",
                            "its account or host, or 'baseUrl'")
                    : new InvalidValueException(
                            "account",
                            "is not needed: this vendor has one address for all",
                            "leave it out, or set 'baseUrl'");
        }
    }

    private static String address(ConfigValues values, WireProtocol wireProtocol) {
        only(values, ACCOUNT_KEY, false, "'vendor'");
        only(values, REGION, wireProtocol.isBedrock(), "Bedrock");
        only(values, API_VERSION, wireProtocol == WireProtocol.AZURE_CLASSIC, "dialect azure-classic");
        URI url = values.find(BASE_URL);
        String region = values.find(REGION);
        if (wireProtocol == WireProtocol.AZURE_CLASSIC && values.find(API_VERSION) == null) {
            throw new InvalidValueException("apiVersion", "is missing", "the version of the API: 2024-10-21");
        }
        if (url != null) {
            return url.toString();
        }
        if (region != null) {
            ScalarTypes.matching("[a-z0-9-]+", region);
            return "https://bedrock-runtime." + region + ".amazonaws.com";
        }
        String defaults = wireProtocol.usualUrl();
        if (defaults == null) {
            throw wireProtocol.isBedrock()
                    ? new InvalidValueException("region", "is missing", "'region' or 'baseUrl'")
                    : new InvalidValueException("baseUrl", "is missing", ScalarTypes.URL.words());
        }
        return defaults;
    }

    private static void only(ConfigValues values, ConfigKey<?> key, boolean allowed, String where) {
        if (!allowed && values.explicit(key) != null) {
            throw new InvalidValueException(key.name(), "means nothing here", "it belongs to " + where);
        }
    }

    private static Endpoint endpoint(ConfigValues values, String address) {
        Endpoint bare;
        try {
            bare = Endpoint.of("provider", address, values.get(TRANSPORT))
                    .withKeys(values.get(KEYS).toArray(new Secret[0]));
        } catch (IllegalArgumentException e) { // the message contains the host, which may come from the environment
            boolean socket = values.get(TRANSPORT).network().unixSocket() != null;
            throw new InvalidValueException(
                    "baseUrl",
                    socket
                            ? "is not http, which a server at a Unix domain socket has"
                            : "is http to another machine, so keys can be read on the way",
                    socket ? "http://host/path" : "https://host/path, or 'wire: unencrypted' under transport");
        }
        Endpoint whole = withKeyFile(values, bare);
        for (Map.Entry<String, String> header : values.get(HEADERS).entrySet()) {
            try {
                whole = whole.withHeader(header.getKey(), header.getValue());
            } catch (IllegalArgumentException e) { // the message does not contain the value
                throw new InvalidValueException("headers/" + header.getKey(), String.valueOf(e.getMessage()), "");
            }
        }
        Map<String, Capabilities> models = new LinkedHashMap<>();
        for (Map.Entry<String, ConfigValues> model : values.get(CATALOGUE).entrySet()) {
            models.put(model.getKey(), ModelKeys.applied(model.getValue(), bare.capabilities(model.getKey())));
        }
        return new Endpoint(
                whole.name(),
                whole.baseUrl(),
                whole.keys(),
                whole.headers(),
                models,
                whole.transport(),
                whole.credentials());
    }

    private static Endpoint withKeyFile(ConfigValues values, Endpoint endpoint) {
        String file = values.find(KEY_FILE);
        if (file == null) {
            return endpoint;
        }
        if (!endpoint.keys().isEmpty()) {
            throw new InvalidValueException(KEY_FILE.name(), "is set beside 'keys'", "either 'keys' or 'keyFile'");
        }
        try {
            return endpoint.withCredentials(CredentialsSource.ofFile(Path.of(file)));
        } catch (InvalidPathException e) {
            throw new InvalidValueException(KEY_FILE.name(), "is no path of a file", "/run/secrets/openai");
        }
    }

    private static @Nullable OpenAiCompatibility compatibility(
            ConfigValues values, WireProtocol wireProtocol, @Nullable OpenAiCompatibleVendor openAiCompatibleVendor) {
        OpenAiCompatibility preset =
                openAiCompatibleVendor == null ? wireProtocol.compatibility() : openAiCompatibleVendor.compatibility();
        String version = values.find(API_VERSION);
        if (preset == null) {
            only(values, QUIRKS, false, "Chat Completions");
            return null;
        }
        return CompatibilityKeys.applied(
                values.get(QUIRKS), version == null ? preset : OpenAiCompatibility.azure(version));
    }
}
