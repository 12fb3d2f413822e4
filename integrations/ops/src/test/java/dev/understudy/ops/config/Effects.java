package dev.understudy.ops.config;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.ops.config.ProviderSpec.Remote;
import dev.understudy.ops.config.SelectionKeys.Recipe;
import dev.understudy.ops.config.SelectionKeys.Strategy;
import dev.understudy.ops.webhook.Webhooks;
import dev.understudy.ops.webhook.Webhooks.Topic;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedProvider;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Every key with a value of its own, and where that is seen: the evidence that no key is dead. */
public final class Effects {

    private static final Duration ODD = Duration.ofMillis(7_777);

    private Effects() {}

    public static Stream<Effect> all() {
        return Stream.of(
                        agents(),
                        policies(),
                        health(),
                        remotes(),
                        seats(),
                        transports(),
                        compatibility(),
                        catalogue(),
                        webhooks(),
                        modelCatalog())
                .flatMap(each -> each);
    }

    private static Stream<Effect> agents() {
        return Stream.of(
                Effect.of(
                        "agents.a.primary",
                        "q",
                        config -> spec(config).providers().get(0).name(),
                        "q"),
                Effect.of(
                        "agents.a.backups",
                        List.of("q"),
                        config -> spec(config).providers().stream()
                                .map(ProviderSpec::name)
                                .toList(),
                        List.of("p", "q")),
                Effect.of(
                        "agents.a.fallbacks",
                        Map.of("gpt-5", List.of("gpt-5-mini")),
                        config -> described(config, "gpt-5 → gpt-5-mini"),
                        true),
                Effect.of("agents.a.routeAroundFilters", true, said("routeAroundFilters"), true),
                Effect.of("agents.a.stopOnInvalidRequest", true, said("stopOnInvalidRequest"), true));
    }

    private static Stream<Effect> policies() {
        return Stream.of(
                policy("retry.retries", 7, "retries=7"),
                policy("retry.base", "7777ms", "base=PT7.777S"),
                policy("retry.cap", "7777ms", "cap=PT7.777S"),
                policy("retry.jitter", "decorrelated", "jitter=DECORRELATED"),
                policy("retry.maxInPlaceWait", "7777ms", "maxInPlaceWait=PT7.777S"),
                policy("retry.maxWait", "7777ms", "maxWait=PT7.777S"),
                policy("retry.reconnectWait", "7777ms", "reconnectWait=PT7.777S"),
                policy("timeouts.firstContent", "7777ms", "firstContent=PT7.777S"),
                policy("timeouts.idle", "7777ms", "idle=PT7.777S"),
                policy("timeouts.response", "7777ms", "response=PT7.777S"),
                policy("timeouts.total", "7777ms", "total=PT7.777S"),
                policy("timeouts.deadlineShare", 0.77, "deadlineShare=0.77"),
                policy("timeouts.idleInToolCall", "7777ms", "idleInToolCall=PT7.777S"),
                policy("timeouts.idleInReasoning", "7777ms", "idleInReasoning=PT7.777S"),
                policy("timeouts.headers", "7777ms", "headers=PT7.777S"),
                shown("reasoningTimeouts", "reasoningTimeouts.firstContent", "7777ms", "firstContent=PT7.777S"),
                shown("reasoningTimeouts", "reasoningTimeouts.idle", "7777ms", "idle=PT7.777S"),
                shown("reasoningTimeouts", "reasoningTimeouts.response", "7777ms", "response=PT7.777S"),
                shown("reasoningTimeouts", "reasoningTimeouts.total", "7777ms", "total=PT7.777S"),
                shown("reasoningTimeouts", "reasoningTimeouts.deadlineShare", 0.77, "deadlineShare=0.77"),
                shown("reasoningTimeouts", "reasoningTimeouts.idleInToolCall", "7777ms", "idleInToolCall=PT7.777S"),
                shown("reasoningTimeouts", "reasoningTimeouts.idleInReasoning", "7777ms", "idleInReasoning=PT7.777S"),
                shown("reasoningTimeouts", "reasoningTimeouts.headers", "7777ms", "headers=PT7.777S"),
                shown("loadingTimeouts", "loadingTimeouts.firstContent", "7777ms", "firstContent=PT7.777S"),
                shown("loadingTimeouts", "loadingTimeouts.idle", "7777ms", "idle=PT7.777S"),
                shown("loadingTimeouts", "loadingTimeouts.idleInToolCall", "7777ms", "idleInToolCall=PT7.777S"),
                shown("loadingTimeouts", "loadingTimeouts.idleInReasoning", "7777ms", "idleInReasoning=PT7.777S"),
                shown("loadingTimeouts", "loadingTimeouts.response", "7777ms", "response=PT7.777S"),
                shown("loadingTimeouts", "loadingTimeouts.total", "7777ms", "total=PT7.777S"),
                shown("loadingTimeouts", "loadingTimeouts.headers", "7777ms", "headers=PT7.777S"),
                shown("loadingTimeouts", "loadingTimeouts.deadlineShare", 0.77, "deadlineShare=0.77"),
                policy("circuit.enabled", false, "CircuitPolicy[enabled=false"),
                policy("circuit.consecutive", 7, "consecutive=7"),
                policy("circuit.rate.share", 0, "rate=null"),
                policy("circuit.rate.minimum", 7, "minimum=7"),
                policy("circuit.rate.window", "7777ms", "window=PT7.777S"),
                policy("circuit.count.failures", 7, "Count[failures=7"),
                policy("circuit.count.window", "7777ms", "Count[failures=3, window=PT7.777S")
                        .with("agents.a.circuit.count.failures", 3),
                policy("circuit.pause.first", "7777ms", "first=PT7.777S"),
                policy("circuit.pause.longest", "7777ms", "longest=PT7.777S"),
                policy("circuit.pause.jitter", 0.75, "jitter=0.75"),
                policy("circuit.trialLease", "7777ms", "trialLease=PT7.777S"),
                policy("hedging.enabled", true, "HedgingPolicy[enabled=true"),
                policy("hedging.percentile", 0.75, "percentile=0.75"),
                policy("hedging.atLeast", "7777ms", "atLeast=PT7.777S"),
                policy("hedging.maxExtra", 0.75, "maxExtra=0.75"),
                policy("budget.maxAttempts", 7, "maxAttempts=7"),
                policy("budget.callTimeout", "7777ms", "callTimeout=PT7.777S"),
                policy("budget.maxCost", 0.75, "maxCost=0.75"),
                policy("budget.retryTokens.enabled", false, "share=null"),
                policy("budget.retryTokens.share", 0.75, "share=0.75"),
                policy("budget.retryTokens.floor", 0.75, "floor=0.75"),
                policy("budget.retryTokens.memory", "7777ms", "memory=PT7.777S"),
                policy("failover.automatic", false, "automatic=false"),
                policy("failover.maxConsecutiveFailures", 7, "maxConsecutiveFailures=7"),
                policy("failover.returns", false, "returns=false"),
                policy("failover.returnAfter", "7777ms", "returnAfter=PT7.777S"),
                shown("contextWindow", "contextWindow.tokens", 777, "tokens=777"),
                shown("contextWindow", "contextWindow.modelWindow", false, "modelWindow=false"),
                shown("contextWindow", "contextWindow.overflow", "fail", "overflow=" + ContextWindow.Overflow.FAIL),
                shown("contextWindow", "contextWindow.reserve", 777, "reserve=777"),
                Effect.of(
                        "agents.a.selection.strategy",
                        "cheapest",
                        said("selection"),
                        new Recipe(Strategy.CHEAPEST, Set.of())),
                Effect.of(
                        "agents.a.selection.features",
                        List.of("vision"),
                        said("selection"),
                        new Recipe(Strategy.SEQUENTIAL, Set.of(Feature.VISION))));
    }

    /** Seen in the chain that is built. */
    private static Effect policy(String key, Object value, String shown) {
        return Effect.of("agents.a." + key, value, config -> described(config, shown), true);
    }

    /** Seen in what the chain is built of. */
    private static Effect shown(String section, String key, Object value, String shown) {
        return Effect.of(
                "agents.a." + key,
                value,
                config -> String.valueOf(said(section).apply(config)).contains(shown),
                true);
    }

    private static Stream<Effect> health() {
        return Stream.of("agents.a.healthCheck.", "providers.p.healthCheck.")
                .flatMap(at -> Stream.of(
                        Effect.of(at + "enabled", true, config -> probes(config).enabled(), true),
                        Effect.of(
                                at + "interval",
                                "7777ms",
                                config -> probes(config).interval(),
                                ODD),
                        Effect.of(
                                at + "timeout",
                                "7777ms",
                                config -> probes(config).timeout(),
                                ODD),
                        Effect.of(
                                at + "unhealthyAfter",
                                7,
                                config -> probes(config).unhealthyAfter(),
                                7),
                        Effect.of(
                                at + "healthyAfter", 7, config -> probes(config).healthyAfter(), 7),
                        Effect.of(at + "query", "ping?", config -> asked(config), "m: ping? (1)")
                                .with("providers.p.model", "m"),
                        Effect.of(at + "model", "tiny", config -> asked(config), "tiny: ping? (1)")
                                .with("providers.p.model", "m")
                                .with(at + "query", "ping?")));
    }

    private static Stream<Effect> remotes() {
        return Stream.of(
                Effect.of("providers.p.vendor", "groq", config -> host(config), "api.groq.com")
                        .with("providers.p.dialect", null)
                        .with("providers.p.baseUrl", null),
                Effect.of(
                        "providers.p.dialect",
                        "gemini",
                        config -> remote(config).wireProtocol(),
                        WireProtocol.GEMINI),
                Effect.of(
                        "providers.p.baseUrl",
                        "https://host.test/v9",
                        config -> endpoint(config).baseUrl(),
                        URI.create("https://host.test/v9")),
                Effect.of(
                                "providers.p.account",
                                "acc",
                                config -> endpoint(config).baseUrl().getPath(),
                                "/client/v4/accounts/acc/ai/v1")
                        .with("providers.p.dialect", null)
                        .with("providers.p.vendor", "cloudflare"),
                Effect.of(
                                "providers.p.region",
                                "eu-west-3",
                                config -> host(config),
                                "bedrock-runtime.eu-west-3.amazonaws.com")
                        .with("providers.p.dialect", "bedrock"),
                Effect.of(
                                "providers.p.apiVersion",
                                "2024-10-21",
                                config -> compatibilityOf(config).paths().chat(),
                                "/openai/deployments/{model}/chat/completions?api-version=2024-10-21")
                        .with("providers.p.dialect", "azure-classic")
                        .with("providers.p.baseUrl", "https://x.openai.azure.com"),
                Effect.of(
                        "providers.p.keys",
                        List.of("${KEY_1}", "${KEY_2}"),
                        config -> endpoint(config).keys(),
                        List.of(Secret.of("sk-first-0123456789"), Secret.of("sk-second-0123456789"))),
                Effect.of(
                                "providers.p.keyFile",
                                "/run/secrets/key",
                                config -> endpoint(config).credentials() != null,
                                true)
                        .with("providers.p.keys", null),
                Effect.of(
                        "providers.p.headers",
                        Map.of("x-title", "a ${KEY_1}"),
                        config -> endpoint(config).headers(),
                        Map.of("x-title", "a sk-first-0123456789")),
                Effect.of(
                        "providers.p.healthCheck.endpoint",
                        "/health",
                        config -> provider(config).healthCheck().find(HealthCheckKeys.ENDPOINT),
                        "/health"),
                Effect.of(
                                "providers.p.supplied",
                                true,
                                config -> provider(config).isSupplied(),
                                true)
                        .with("providers.p.dialect", null));
    }

    private static Stream<Effect> seats() {
        return Stream.of(
                Effect.of(
                        "providers.p.model",
                        "m",
                        config -> providerOptions(config).only(),
                        "m"),
                Effect.of(
                        "providers.p.models",
                        Map.of("a.b", "c"),
                        config -> providerOptions(config).models(),
                        Map.of("a.b", "c")),
                Effect.of(
                        "providers.p.weight",
                        7,
                        config -> providerOptions(config).weight(),
                        7),
                Effect.of(
                        "providers.p.tags",
                        Map.of("region", "eu"),
                        config -> providerOptions(config).tags(),
                        Map.of("region", "eu")),
                Effect.of(
                        "providers.p.limits.requestsPerMinute",
                        7,
                        config -> providerOptions(config).limits().requestsPerMinute(),
                        7),
                Effect.of(
                        "providers.p.limits.tokensPerMinute",
                        7,
                        config -> providerOptions(config).limits().tokensPerMinute(),
                        7),
                Effect.of(
                        "providers.p.limits.concurrent",
                        7,
                        config -> providerOptions(config).limits().concurrent(),
                        7),
                Effect.of(
                        "providers.p.limits.queue",
                        7,
                        config -> providerOptions(config).limits().queue(),
                        7),
                Effect.of(
                        "providers.p.limits.queueWait",
                        "7777ms",
                        config -> providerOptions(config).limits().queueWait(),
                        Duration.ofMillis(7_777)));
    }

    private static final String AUTHORITY = "src/test/resources/dev/understudy/ops/authority.pem";

    private static final String CLIENT = "src/test/resources/dev/understudy/ops/client.pem";

    private static Stream<Effect> transports() {
        return Stream.of(
                Effect.of(
                        "providers.p.transport.poolMetrics",
                        true,
                        config -> transport(config).network().netty().poolMetrics(),
                        true),
                Effect.of(
                        "providers.p.transport.wireLog",
                        true,
                        config -> transport(config).network().netty().wireLog() != null,
                        true),
                Effect.of(
                        "providers.p.transport.connect",
                        "7777ms",
                        config -> transport(config).connect(),
                        ODD),
                Effect.of(
                        "providers.p.transport.acquire",
                        "7777ms",
                        config -> transport(config).pool().acquire(),
                        ODD),
                Effect.of(
                        "providers.p.transport.drain",
                        "7777ms",
                        config -> transport(config).drain(),
                        ODD),
                Effect.of(
                        "providers.p.transport.idle",
                        "7777ms",
                        config -> transport(config).pool().idle(),
                        ODD),
                Effect.of(
                        "providers.p.transport.maxLifeTime",
                        "7777ms",
                        config -> transport(config).pool().maxLifeTime(),
                        ODD),
                Effect.of(
                        "providers.p.transport.pingAfter",
                        "7777ms",
                        config -> transport(config).ping().after(),
                        ODD),
                Effect.of(
                        "providers.p.transport.pingTimeout",
                        "7777ms",
                        config -> transport(config).ping().timeout(),
                        ODD),
                Effect.of(
                        "providers.p.transport.maxConnections",
                        7,
                        config -> transport(config).pool().maxConnections(),
                        7),
                Effect.of(
                        "providers.p.transport.maxAnswer",
                        77,
                        config -> transport(config).maxAnswer(),
                        77),
                Effect.of(
                        "providers.p.transport.maxStream",
                        78,
                        config -> transport(config).maxStream(),
                        78),
                Effect.of(
                        "providers.p.transport.wire",
                        "http1",
                        config -> transport(config).wire(),
                        Transport.Wire.HTTP1),
                Effect.of(
                        "providers.p.transport.trust",
                        AUTHORITY,
                        config -> transport(config).tlsTrust().certificates().size(),
                        1),
                Effect.of(
                        "providers.p.transport.proxy",
                        "socks5://gate:1081",
                        config -> transport(config).network().proxy().port(),
                        1081),
                Effect.of(
                        "providers.p.transport.jvmResolver",
                        true,
                        config -> transport(config).network().dns().jvm(),
                        true),
                Effect.of(
                        "providers.p.transport.dnsTimeout",
                        "7777ms",
                        config -> transport(config).network().dns().timeout(),
                        ODD),
                Effect.of(
                        "providers.p.transport.dnsTtl",
                        "7777ms",
                        config -> transport(config).network().dns().maxTtl(),
                        ODD),
                Effect.of(
                        "providers.p.transport.addresses",
                        "public",
                        config -> transport(config).network().addresses(),
                        Transport.Addresses.PUBLIC),
                Effect.of(
                        "providers.p.transport.maxConcurrentStreams",
                        7,
                        config -> transport(config).network().maxConcurrentStreams(),
                        7),
                Effect.of(
                        "providers.p.transport.serverName",
                        "inner.example",
                        config -> String.valueOf(transport(config).network().serverName()),
                        "inner.example"),
                Effect.of(
                        "providers.p.transport.clientCertificate",
                        CLIENT,
                        config -> transport(config).network().certificate() != null,
                        true),
                Effect.of(
                                "providers.p.transport.proxyUser",
                                "ada",
                                config -> String.valueOf(
                                        transport(config).network().proxy().user()),
                                "ada")
                        .with("providers.p.transport.proxy", "http://gate:3128"),
                Effect.of(
                                "providers.p.transport.proxyPassword",
                                "${KEY_1}",
                                config -> Secret.of("sk-first-0123456789")
                                        .equals(transport(config)
                                                .network()
                                                .proxy()
                                                .password()),
                                true)
                        .with("providers.p.transport.proxy", "http://gate:3128"),
                Effect.of(
                                "providers.p.transport.noProxy",
                                List.of("inner.example"),
                                config -> transport(config).network().proxy().except(),
                                List.of("inner.example"))
                        .with("providers.p.transport.proxy", "http://gate:3128"),
                Effect.of(
                                "providers.p.transport.unixSocket",
                                "/run/model.sock",
                                config -> String.valueOf(
                                        transport(config).network().unixSocket()),
                                "/run/model.sock")
                        .with("providers.p.baseUrl", "http://localhost/v1"));
    }

    private static Stream<Effect> compatibility() {
        return Stream.of(
                compatibility(
                        "path",
                        "/chat",
                        openAiCompatibility -> openAiCompatibility.paths().chat(),
                        "/chat"),
                compatibility("keyHeader", "x-key", OpenAiCompatibility::keyHeader, "x-key"),
                compatibility(
                        "maxTokensField",
                        "limit",
                        openAiCompatibility -> openAiCompatibility.fields().maxTokens(),
                        "limit"),
                compatibility(
                        "seedField",
                        "luck",
                        openAiCompatibility -> openAiCompatibility.fields().seed(),
                        "luck"),
                compatibility(
                        "seeds",
                        false,
                        openAiCompatibility ->
                                String.valueOf(openAiCompatibility.fields().seed()),
                        "null"),
                compatibility("usageOnRequest", false, OpenAiCompatibility::usageOnRequest, false),
                compatibility("doneCompletes", true, OpenAiCompatibility::doneCompletes, true),
                compatibility("loading", true, OpenAiCompatibility::loading, true),
                compatibility(
                        "reasoningReplay",
                        "always",
                        openAiCompatibility -> openAiCompatibility.turns().reasoning(),
                        OpenAiCompatibility.ReasoningReplay.ALWAYS),
                compatibility(
                        "roleOrder",
                        "alternating",
                        openAiCompatibility -> openAiCompatibility.turns().roles(),
                        OpenAiCompatibility.RoleOrder.ALTERNATING),
                compatibility(
                        "reasoningField",
                        "object",
                        openAiCompatibility -> openAiCompatibility.options().reasoning(),
                        OpenAiCompatibility.ReasoningField.OBJECT),
                compatibility(
                        "options",
                        List.of("top-k", "cache-hints"),
                        openAiCompatibility -> openAiCompatibility.options().accepted(),
                        Set.of(OpenAiCompatibility.Option.TOP_K, OpenAiCompatibility.Option.CACHE_HINTS)),
                compatibility(
                        "continuation",
                        "flags",
                        openAiCompatibility -> openAiCompatibility.turns().continuation(),
                        OpenAiCompatibility.Continuation.FLAGS),
                compatibility(
                        "callIds.plain",
                        true,
                        openAiCompatibility -> openAiCompatibility.turns().callIds(),
                        new OpenAiCompatibility.CallIds("", 1, Integer.MAX_VALUE)),
                compatibility(
                                "callIds.otherCharacters",
                                "_-",
                                openAiCompatibility ->
                                        openAiCompatibility.turns().callIds(),
                                new OpenAiCompatibility.CallIds("_-", 1, Integer.MAX_VALUE))
                        .with("providers.p.compatibility.callIds.plain", true),
                compatibility(
                        "callIds.minLength",
                        9,
                        openAiCompatibility ->
                                openAiCompatibility.turns().callIds().minLength(),
                        9),
                compatibility(
                        "callIds.maxLength",
                        50,
                        openAiCompatibility ->
                                openAiCompatibility.turns().callIds().maxLength(),
                        50));
    }

    private static Effect compatibility(
            String key, Object value, Function<OpenAiCompatibility, Object> seen, Object expected) {
        return Effect.of(
                "providers.p.compatibility." + key, value, config -> seen.apply(compatibilityOf(config)), expected);
    }

    private static Stream<Effect> catalogue() {
        Stream<Effect> numbers = Stream.of(
                Effect.of(
                        "providers.p.catalogue.m.window",
                        777,
                        config -> endpoint(config).capabilities("m").window(),
                        777),
                Effect.of(
                        "providers.p.catalogue.m.maxOutput",
                        777,
                        config -> endpoint(config).capabilities("m").maxOutput(),
                        777),
                Effect.of(
                                "providers.p.catalogue.m.price.input",
                                7,
                                config -> price(config),
                                new Capabilities.Price(7, 7, 2))
                        .with("providers.p.catalogue.m.price.output", 2),
                Effect.of(
                                "providers.p.catalogue.m.price.output",
                                7,
                                config -> price(config),
                                new Capabilities.Price(2, 2, 7))
                        .with("providers.p.catalogue.m.price.input", 2),
                Effect.of(
                                "providers.p.catalogue.m.price.cachedInput",
                                1,
                                config -> price(config),
                                new Capabilities.Price(2, 1, 3))
                        .with("providers.p.catalogue.m.price.input", 2)
                        .with("providers.p.catalogue.m.price.output", 3),
                Effect.of(
                                "providers.p.catalogue.m.price.cacheWrite",
                                4,
                                config -> price(config),
                                new Capabilities.Price(2, 2, 3, 4))
                        .with("providers.p.catalogue.m.price.input", 2)
                        .with("providers.p.catalogue.m.price.output", 3));
        Stream<Effect> longPrompts = Stream.of(
                longPrompts("above", 7, 7, new Capabilities.Price(4, 4, 5)),
                longPrompts("input", 7, 100, new Capabilities.Price(7, 7, 5)),
                longPrompts("cachedInput", 1, 100, new Capabilities.Price(4, 1, 5)),
                longPrompts("cacheWrite", 6, 100, new Capabilities.Price(4, 4, 5, 6)),
                longPrompts("output", 7, 100, new Capabilities.Price(4, 4, 7)));
        Stream<Effect> features = Stream.of(Feature.values()).map(feature -> {
            boolean usual = Capabilities.assumed().has(feature);
            return Effect.of(
                    "providers.p.catalogue.m.features." + ScalarTypes.label(feature),
                    !usual,
                    config -> endpoint(config).capabilities("m").has(feature),
                    !usual);
        });
        return Stream.of(numbers, longPrompts, features).flatMap(each -> each);
    }

    /** A key of the prices of long prompts, beside those that are required. */
    private static Effect longPrompts(String key, int value, int above, Capabilities.Price expected) {
        String prices = "providers.p.catalogue.m.price.";
        Effect effect = Effect.of(
                        prices + "longPrompts." + key,
                        value,
                        config -> price(config),
                        new Capabilities.Price(2, 2, 3).withLongPrompts(above, expected))
                .with(prices + "input", 2)
                .with(prices + "output", 3);
        Map<String, Integer> required = Map.of("above", 100, "input", 4, "output", 5);
        for (String other : List.of("above", "input", "output")) {
            if (!other.equals(key)) {
                effect = effect.with(prices + "longPrompts." + other, required.get(other));
            }
        }
        return effect;
    }

    private static Stream<Effect> modelCatalog() {
        return Stream.of(
                Effect.of(
                        "modelCatalog.source",
                        "models.json",
                        config -> config.catalog() == null
                                ? null
                                : config.catalog().source(),
                        "models.json"),
                Effect.of(
                                "modelCatalog.interval",
                                "7777ms",
                                config -> config.catalog() == null
                                        ? null
                                        : config.catalog().interval(),
                                ODD)
                        .with("modelCatalog.source", "models.json"));
    }

    private static Stream<Effect> webhooks() {
        return Stream.of(
                Effect.of(
                        "webhooks.0.url",
                        "https://other.test/y",
                        config -> hook(config).url(),
                        URI.create("https://other.test/y")),
                Effect.of("webhooks.0.secret", "${HOOK}", config -> hook(config).secret() != null, true),
                Effect.of(
                        "webhooks.0.events",
                        List.of("failover"),
                        config -> hook(config).topics(),
                        Set.of(Topic.FAILOVER)),
                Effect.of("webhooks.0.plainHttp", true, config -> hook(config).plainHttp(), true),
                Effect.of("webhooks.0.addresses", "any", config -> hook(config).addresses(), Transport.Addresses.ANY),
                Effect.of("webhooks.0.quiet", "7777ms", config -> hook(config).quiet(), ODD),
                Effect.of(
                        "webhooks.0.delivery.tries",
                        7,
                        config -> hook(config).delivery().tries(),
                        7),
                Effect.of(
                        "webhooks.0.delivery.timeout",
                        "7777ms",
                        config -> hook(config).delivery().timeout(),
                        ODD),
                Effect.of(
                        "webhooks.0.delivery.backoff",
                        "7777ms",
                        config -> hook(config).delivery().backoff(),
                        ODD),
                Effect.of(
                        "webhooks.0.delivery.maxAge",
                        "7777ms",
                        config -> hook(config).delivery().maxAge(),
                        ODD),
                Effect.of(
                        "webhooks.0.delivery.queue",
                        7,
                        config -> hook(config).delivery().queue(),
                        7));
    }

    private static AgentSpec spec(ConfigDocument config) {
        return config.agents().get("a");
    }

    private static ProviderSpec provider(ConfigDocument config) {
        return config.providers().get("p");
    }

    private static Remote remote(ConfigDocument config) {
        return (Remote) provider(config).source();
    }

    private static Endpoint endpoint(ConfigDocument config) {
        return remote(config).endpoint();
    }

    private static Transport transport(ConfigDocument config) {
        return endpoint(config).transport();
    }

    private static OpenAiCompatibility compatibilityOf(ConfigDocument config) {
        return remote(config).openAiCompatibility();
    }

    private static String host(ConfigDocument config) {
        return endpoint(config).baseUrl().getHost();
    }

    private static Capabilities.Price price(ConfigDocument config) {
        return endpoint(config).capabilities("m").price();
    }

    private static ProviderOptions providerOptions(ConfigDocument config) {
        return provider(config).providerOptions();
    }

    private static HealthCheckPolicy probes(ConfigDocument config) {
        return spec(config).healthCheckPolicy(provider(config));
    }

    private static String asked(ConfigDocument config) {
        ChatRequest query = probes(config).query();
        return query == null
                ? ""
                : query.model() + ": " + ((Message.User) query.messages().get(0)).text() + " ("
                        + query.sampling().maxTokens() + ")";
    }

    private static Webhooks.Options hook(ConfigDocument config) {
        return config.webhooks().get(0);
    }

    private static boolean described(ConfigDocument config, String text) {
        try (Understudy understudy = spec(config)
                .builder(provider -> ScriptedProvider.named(provider.name()))
                .build()) {
            return understudy.describe().contains(text);
        }
    }

    /** What an agent was told by this key. */
    private static Function<ConfigDocument, Object> said(String key) {
        return config -> AgentKeys.SECTION.configKeys().stream()
                .filter(each -> each.name().equals(key))
                .findFirst()
                .map(each -> find(spec(config).values(), each))
                .orElseThrow();
    }

    private static <T> T find(ConfigValues said, ConfigKey<T> configKey) {
        return said.find(configKey);
    }
}
