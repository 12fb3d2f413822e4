package dev.understudy.ops;

import dev.understudy.RateLimits;
import dev.understudy.Seat;
import dev.understudy.chat.Capabilities;
import dev.understudy.provider.Endpoint;
import dev.understudy.provider.Quirks;
import dev.understudy.provider.Secret;
import dev.understudy.provider.Transport;
import dev.understudy.provider.Vendor;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One provider: where it is, how it speaks, what it may be asked for. */
final class ProviderKeys {

    private static final Pattern ACCOUNT = Pattern.compile("[\\w.:-]+");

    private static final Key<Vendor> VENDOR = Key.optional(
            "vendor", Scalars.choice(Arrays.asList(Vendor.values()), Vendor::label), "a preset: address and quirks");
    private static final Key<Speech> DIALECT =
            Key.optional("dialect", Scalars.choice(Speech.class), "how it speaks, where there is no preset");
    private static final Key<Boolean> SUPPLIED =
            Key.of("supplied", Scalars.FLAG, false, "the application brings it under this name");
    private static final Key<URI> BASE_URL = Key.optional(
            "baseUrl", Scalars.URL, "what the dialect's paths are appended to, instead of its usual address");
    private static final Key<String> ACCOUNT_KEY =
            Key.optional("account", Scalars.WORD, "the account or host that a vendor's address needs");
    private static final Key<String> REGION = Key.optional("region", Scalars.WORD, "of Bedrock: `us-east-1`");
    private static final Key<String> API_VERSION =
            Key.optional("apiVersion", Scalars.WORD, "of Azure's classic form: `2024-10-21`");
    private static final Key<List<Secret>> KEYS = Key.of(
            "keys",
            Many.list(new Secrets<>(Secret::of)),
            List.of(),
            "used in turn; a rate-limited one is left out for a while");
    private static final Key<Map<String, String>> HEADERS =
            Key.of("headers", Many.named(new HeaderValue()), Map.of(), "fields that every request carries");
    private static final Key<String> MODEL =
            Key.optional("model", Scalars.TEXT, "the one model it is always asked for, whatever the caller names");
    private static final Key<Map<String, String>> MODELS = Key.of(
            "models",
            Many.named(Scalars.TEXT),
            Map.of(),
            "the only models it serves: from the caller's name to the provider's own");
    private static final Key<Map<String, Values>> CATALOGUE =
            Key.of("catalogue", Many.named(CatalogueKeys.SECTION), Map.of(), "by the provider's own name of the model");
    private static final Key<Integer> WEIGHT =
            Key.of("weight", Scalars.whole(1), 1, "its share under the strategy `weighted`");
    private static final Key<Map<String, String>> TAGS =
            Key.of("tags", Many.named(Scalars.TEXT), Map.of(), "what can be required of it: a region, a data policy");
    private static final Key<RateLimits> LIMITS =
            Key.of("limits", PolicyKeys.RATE_LIMITS, RateLimits.none(), PolicyKeys.RATE_LIMITS.doc());
    private static final Key<Transport> TRANSPORT =
            Key.of("transport", TransportKeys.SECTION, Transport.defaults(), TransportKeys.SECTION.doc());
    private static final Key<Values> QUIRKS = Key.of("quirks", QuirkKeys.SECTION, Values.NONE, QuirkKeys.SECTION.doc());
    private static final Key<Values> HEALTH_CHECK =
            Key.of("healthCheck", HealthKeys.OF_PROVIDER, Values.NONE, HealthKeys.OF_PROVIDER.doc());

    private static final List<Key<?>> OF_REMOTE_ONLY = List.of(
            VENDOR, DIALECT, BASE_URL, ACCOUNT_KEY, REGION, API_VERSION, KEYS, HEADERS, CATALOGUE, TRANSPORT, QUIRKS);

    static final Section<ProviderSpec> SECTION = new Section<>(
            "provider",
            "who can be asked",
            List.of(
                    VENDOR,
                    DIALECT,
                    SUPPLIED,
                    BASE_URL,
                    ACCOUNT_KEY,
                    REGION,
                    API_VERSION,
                    KEYS,
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
            ProviderKeys::provider);

    private ProviderKeys() {}

    private static ProviderSpec provider(Values said) {
        ProviderSpec.Source source = said.get(SUPPLIED) ? supplied(said) : remote(said);
        return new ProviderSpec("provider", source, seat(said), said.get(HEALTH_CHECK));
    }

    private static Seat seat(Values said) {
        if (said.find(MODEL) != null && !said.get(MODELS).isEmpty()) {
            throw new Wrong("models", "cannot stand beside 'model'", "one of them");
        }
        return new Seat(said.find(MODEL), said.get(MODELS), said.get(WEIGHT), said.get(TAGS), said.get(LIMITS), null);
    }

    private static ProviderSpec.Source supplied(Values said) {
        for (Key<?> key : OF_REMOTE_ONLY) {
            if (said.said(key) != null) {
                throw new Wrong(
                        key.name(), "cannot stand beside 'supplied'", "the application brings the provider whole");
            }
        }
        if (said.get(HEALTH_CHECK).said(HealthKeys.ENDPOINT) != null) {
            throw new Wrong("healthCheck/endpoint", "cannot stand beside 'supplied'", "its own probe() is used");
        }
        return new ProviderSpec.Supplied();
    }

    private static ProviderSpec.Source remote(Values said) {
        Vendor vendor = said.find(VENDOR);
        Speech dialect = said.find(DIALECT);
        if ((vendor == null) == (dialect == null)) {
            String what = vendor == null ? "has neither 'vendor' nor 'dialect'" : "has both 'vendor' and 'dialect'";
            throw new Wrong("", what, "one of them, or 'supplied: true'");
        }
        Speech speech = dialect == null ? Speech.OPENAI_COMPATIBLE : dialect;
        Endpoint endpoint = endpoint(said, vendor == null ? address(said, speech) : address(said, vendor));
        return new ProviderSpec.Remote(speech, endpoint, quirks(said, speech, vendor));
    }

    private static String address(Values said, Vendor vendor) {
        only(said, REGION, false, "Bedrock");
        only(said, API_VERSION, false, "dialect azure-classic");
        URI url = said.find(BASE_URL);
        String account = said.find(ACCOUNT_KEY);
        if (url != null) {
            only(said, ACCOUNT_KEY, false, "a vendor without 'baseUrl'");
            return url.toString();
        }
        try {
            if (account == null) {
                return vendor.endpoint().baseUrl().toString();
            }
            if (!ACCOUNT.matcher(account).matches()) {
                throw new Wrong(
                        "account", "has characters that no account or host has", "letters, digits, '.', ':' and '-'");
            }
            return vendor.endpointAt(account).baseUrl().toString();
        } catch (Wrong e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw account == null
                    ? new Wrong(
                            "account",
                            "is missing: this vendor has no address for everybody",
                            "its account or host, or 'baseUrl'")
                    : new Wrong(
                            "account",
                            "is not needed: this vendor has one address for all",
                            "leave it out, or set 'baseUrl'");
        }
    }

    private static String address(Values said, Speech speech) {
        only(said, ACCOUNT_KEY, false, "'vendor'");
        only(said, REGION, speech.isBedrock(), "Bedrock");
        only(said, API_VERSION, speech == Speech.AZURE_CLASSIC, "dialect azure-classic");
        URI url = said.find(BASE_URL);
        String region = said.find(REGION);
        if (speech == Speech.AZURE_CLASSIC && said.find(API_VERSION) == null) {
            throw new Wrong("apiVersion", "is missing", "the version of the API: 2024-10-21");
        }
        if (url != null) {
            return url.toString();
        }
        if (region != null) {
            Scalars.matching("[a-z0-9-]+", region);
            return "https://bedrock-runtime." + region + ".amazonaws.com";
        }
        String usual = speech.usualUrl();
        if (usual == null) {
            throw speech.isBedrock()
                    ? new Wrong("region", "is missing", "'region' or 'baseUrl'")
                    : new Wrong("baseUrl", "is missing", Scalars.URL.words());
        }
        return usual;
    }

    private static void only(Values said, Key<?> key, boolean allowed, String where) {
        if (!allowed && said.said(key) != null) {
            throw new Wrong(key.name(), "means nothing here", "it belongs to " + where);
        }
    }

    private static Endpoint endpoint(Values said, String address) {
        Endpoint bare;
        try {
            bare = Endpoint.of("provider", "https://localhost")
                    .withTransport(said.get(TRANSPORT))
                    .withBaseUrl(address)
                    .withKeys(said.get(KEYS).toArray(new Secret[0]));
        } catch (IllegalArgumentException e) { // the message names the host, which may come from the environment
            throw new Wrong(
                    "baseUrl",
                    "is http to another machine, so keys can be read on the way",
                    "https://host/path, or 'wire: unencrypted' under transport");
        }
        Endpoint whole = bare;
        for (Map.Entry<String, String> header : said.get(HEADERS).entrySet()) {
            try {
                whole = whole.withHeader(header.getKey(), header.getValue());
            } catch (IllegalArgumentException e) { // tells nothing of the value
                throw new Wrong("headers/" + header.getKey(), String.valueOf(e.getMessage()), "");
            }
        }
        Map<String, Capabilities> models = new LinkedHashMap<>();
        for (Map.Entry<String, Values> model : said.get(CATALOGUE).entrySet()) {
            models.put(model.getKey(), CatalogueKeys.applied(model.getValue(), bare.capabilities(model.getKey())));
        }
        return new Endpoint(whole.name(), whole.baseUrl(), whole.keys(), whole.headers(), models, whole.transport());
    }

    private static @Nullable Quirks quirks(Values said, Speech speech, @Nullable Vendor vendor) {
        Quirks preset = vendor == null ? speech.quirks() : vendor.quirks();
        String version = said.find(API_VERSION);
        if (preset == null) {
            only(said, QUIRKS, false, "Chat Completions");
            return null;
        }
        return QuirkKeys.applied(said.get(QUIRKS), version == null ? preset : Quirks.azure(version));
    }
}
