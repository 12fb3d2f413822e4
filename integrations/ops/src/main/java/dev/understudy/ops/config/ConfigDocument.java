package dev.understudy.ops.config;

import dev.understudy.ops.webhook.Webhooks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed and validated document.
 *
 * @param providers by name, in order
 * @param agents by id, in order
 * @param defaults values of every agent that does not set them
 * @param webhooks in order
 * @param catalog source of the figures of models; {@code null} for those of the jar
 */
public record ConfigDocument(
        Map<String, ProviderSpec> providers,
        Map<String, AgentSpec> agents,
        ConfigValues defaults,
        List<Webhooks.Options> webhooks,
        @Nullable CatalogSpec catalog) {

    private static final ConfigKey<Map<String, ProviderSpec>> PROVIDERS = ConfigKey.required(
            "providers", CollectionTypes.labelled(ProviderKeys.SECTION), "providers by name, in order");
    private static final ConfigKey<ConfigValues> DEFAULTS =
            ConfigKey.of("defaults", AgentKeys.DEFAULTS, ConfigValues.NONE, AgentKeys.DEFAULTS.doc());
    private static final ConfigKey<Map<String, ConfigValues>> AGENTS =
            ConfigKey.required("agents", CollectionTypes.labelled(AgentKeys.SECTION), "agents by id");
    private static final ConfigKey<List<Webhooks.Options>> WEBHOOKS =
            ConfigKey.of("webhooks", CollectionTypes.list(WebhookKeys.SECTION), List.of(), "receivers of events");
    private static final ConfigKey<CatalogSpec> CATALOG =
            ConfigKey.optional("modelCatalog", CatalogSpec.SECTION, CatalogSpec.SECTION.doc());

    private static final ConfigKey<String> SCHEMA = ConfigKey.optional(
            "$schema", ScalarTypes.TEXT, "address of the JSON Schema, for editors; not used otherwise");

    static final ObjectType<ConfigValues> SECTION = new ObjectType<>(
            "document",
            "A configuration of Understudy: providers, and agents that use them.",
            List.of(PROVIDERS, DEFAULTS, AGENTS, WEBHOOKS, CATALOG, SCHEMA),
            values -> values);

    /** Largest number of characters of a document. */
    public static final int MAX_CHARACTERS = ConfigParser.MAX_CHARACTERS;

    /** Returns true if an agent may have this id. */
    public static boolean isAgentId(String id) {
        return CollectionTypes.LABEL.matcher(id).matches();
    }

    /** Returns an agent that the document does not declare, with the defaults of the document. */
    public AgentSpec undeclared(String id) {
        return new AgentSpec(id, List.copyOf(providers.values()), defaults, ConfigValues.NONE);
    }

    /** Parses JSON or YAML. Returns {@code null}, with at least one error reported, if the document cannot be used. */
    public static @Nullable ConfigDocument parse(String text, ConfigErrors errors) {
        ConfigNode document = ConfigParser.read(text, errors);
        return document == null ? null : read(document, errors);
    }

    /** Reads maps and lists. Returns {@code null}, with at least one error reported, if they cannot be used. */
    public static @Nullable ConfigDocument of(Map<String, ?> tree, ConfigErrors errors) {
        return read(ConfigTree.read(tree, errors), errors);
    }

    private static @Nullable ConfigDocument read(ConfigNode node, ConfigErrors errors) {
        if (node instanceof ConfigNode.Table table && table.fields().containsKey("model_list")) {
            errors.add(
                    "model_list",
                    "is a key of LiteLLM, whose files have another form",
                    "docs/migration/litellm.md converts it key by key");
            return null;
        }
        ConfigNode whole = node instanceof ConfigNode.Table table ? withDefaults(table) : node;
        ConfigValues values = SECTION.read(whole, errors);
        if (whole instanceof ConfigNode.Table table) {
            references(table, errors);
        }
        if (values == null || !errors.isClean()) {
            return null;
        }
        Map<String, ProviderSpec> providers = new LinkedHashMap<>();
        values.get(PROVIDERS).forEach((name, provider) -> providers.put(name, provider.named(name)));
        Map<String, AgentSpec> agents = new LinkedHashMap<>();
        values.get(AGENTS).forEach((id, configValues) -> {
            AgentSpec agent = new AgentSpec(id, providers(configValues, providers), configValues, ConfigValues.NONE);
            ProviderSpec incomplete = agent.withoutModel();
            if (incomplete != null) {
                errors.add(
                        "agents." + id + ".healthCheck.model",
                        "is missing, and provider '" + incomplete.name() + "' names no model",
                        "which model the query goes to");
            }
            agents.put(id, agent);
        });
        return errors.isClean()
                ? new ConfigDocument(
                        providers, agents, values.get(DEFAULTS), values.get(WEBHOOKS), values.find(CATALOG))
                : null;
    }

    /** Merges the defaults into each agent. Nodes keep their positions in the document. */
    private static ConfigNode.Table withDefaults(ConfigNode.Table document) {
        if (!(document.fields().get("defaults") instanceof ConfigNode.Table defaults)
                || !(document.fields().get("agents") instanceof ConfigNode.Table agents)) {
            return document;
        }
        Map<String, ConfigNode> settled = new LinkedHashMap<>();
        agents.fields()
                .forEach((id, agent) ->
                        settled.put(id, agent instanceof ConfigNode.Table table ? table.over(defaults) : agent));
        Map<String, ConfigNode> fields = new LinkedHashMap<>(document.fields());
        fields.put("agents", new ConfigNode.Table(agents.path(), settled));
        return new ConfigNode.Table(document.path(), fields);
    }

    private static List<ProviderSpec> providers(ConfigValues agent, Map<String, ProviderSpec> providers) {
        String primary = agent.find(AgentKeys.PRIMARY);
        if (primary == null) {
            return List.copyOf(providers.values());
        }
        List<String> names = new ArrayList<>(List.of(primary));
        names.addAll(agent.get(AgentKeys.BACKUPS));
        return names.stream().map(providers::get).toList();
    }

    /** Checks that references name declared providers, also where the providers themselves have errors. */
    private static void references(ConfigNode.Table document, ConfigErrors errors) {
        if (!(document.fields().get("providers") instanceof ConfigNode.Table providers)
                || !(document.fields().get("agents") instanceof ConfigNode.Table agents)) {
            return;
        }
        List<String> known = List.copyOf(providers.fields().keySet());
        if (known.isEmpty()) {
            errors.add(providers.path(), "is empty", "at least one provider");
        }
        if (agents.fields().isEmpty()) {
            errors.add(agents.path(), "is empty", "at least one agent");
        }
        for (ConfigNode agent : agents.fields().values()) {
            if (agent instanceof ConfigNode.Table table) {
                ConfigNode primary = table.fields().get("primary");
                known(primary, known, errors);
                if (table.fields().get("backups") instanceof ConfigNode.Row backups) {
                    for (ConfigNode backup : backups.items()) {
                        known(backup, known, errors);
                        if (isSame(primary, backup)) {
                            errors.add(backup.path(), "is the primary already", "each provider once");
                        }
                    }
                }
            }
        }
    }

    private static void known(@Nullable ConfigNode name, List<String> known, ConfigErrors errors) {
        if (name instanceof ConfigNode.Text text && !known.contains(text.value())) {
            errors.add(text.path(), "is the name of no provider", Suggestions.to(text.value(), known));
        }
    }

    private static boolean isSame(@Nullable ConfigNode one, ConfigNode other) {
        return one instanceof ConfigNode.Text a
                && other instanceof ConfigNode.Text b
                && a.value().equals(b.value());
    }
}
