package dev.understudy.ops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole document, read and checked.
 *
 * @param providers by name, in order
 * @param agents by id, in order
 * @param webhooks in order
 */
record Document(Map<String, ProviderSpec> providers, Map<String, AgentSpec> agents, List<Webhooks.Options> webhooks) {

    private static final Key<Map<String, ProviderSpec>> PROVIDERS =
            Key.required("providers", Many.labelled(ProviderKeys.SECTION), "who can be asked, by name, in order");
    private static final Key<Values> DEFAULTS =
            Key.of("defaults", AgentKeys.DEFAULTS, Values.NONE, AgentKeys.DEFAULTS.doc());
    private static final Key<Map<String, Values>> AGENTS =
            Key.required("agents", Many.labelled(AgentKeys.SECTION), "the chains, by id");
    private static final Key<List<Webhooks.Options>> WEBHOOKS =
            Key.of("webhooks", Many.list(WebhookKeys.SECTION), List.of(), "who is told what happens");

    static final Section<Values> SECTION = new Section<>(
            "document",
            "An Understudy configuration: providers, and agents that are served by them.",
            List.of(PROVIDERS, DEFAULTS, AGENTS, WEBHOOKS),
            said -> said);

    /** The document; {@code null}, and the mistakes told, if it cannot be used. */
    static @Nullable Document read(Node node, Findings found) {
        Node whole = node instanceof Node.Table table ? withDefaults(table) : node;
        Values said = SECTION.read(whole, found);
        if (whole instanceof Node.Table table) {
            references(table, found);
        }
        if (said == null || !found.isClean()) {
            return null;
        }
        Map<String, ProviderSpec> providers = new LinkedHashMap<>();
        said.get(PROVIDERS).forEach((name, provider) -> providers.put(name, provider.named(name)));
        Map<String, AgentSpec> agents = new LinkedHashMap<>();
        said.get(AGENTS).forEach((id, values) -> {
            AgentSpec agent = new AgentSpec(id, cast(values, providers), values, Values.NONE);
            ProviderSpec incomplete = agent.withoutModel();
            if (incomplete != null) {
                found.mistake(
                        "agents." + id + ".healthCheck.model",
                        "is missing, and provider '" + incomplete.name() + "' names no model",
                        "which model the query goes to");
            }
            agents.put(id, agent);
        });
        return found.isClean() ? new Document(providers, agents, said.get(WEBHOOKS)) : null;
    }

    /** What agents share, under each of them. Each node still knows where it stands. */
    private static Node.Table withDefaults(Node.Table document) {
        if (!(document.fields().get("defaults") instanceof Node.Table defaults)
                || !(document.fields().get("agents") instanceof Node.Table agents)) {
            return document;
        }
        Map<String, Node> settled = new LinkedHashMap<>();
        agents.fields()
                .forEach((id, agent) ->
                        settled.put(id, agent instanceof Node.Table table ? table.over(defaults) : agent));
        Map<String, Node> fields = new LinkedHashMap<>(document.fields());
        fields.put("agents", new Node.Table(agents.path(), settled));
        return new Node.Table(document.path(), fields);
    }

    private static List<ProviderSpec> cast(Values agent, Map<String, ProviderSpec> providers) {
        String primary = agent.find(AgentKeys.PRIMARY);
        if (primary == null) {
            return List.copyOf(providers.values());
        }
        List<String> names = new ArrayList<>(List.of(primary));
        names.addAll(agent.get(AgentKeys.BACKUPS));
        return names.stream().map(providers::get).toList();
    }

    /** Names that must be names of providers, also where the providers themselves are mistaken. */
    private static void references(Node.Table document, Findings found) {
        if (!(document.fields().get("providers") instanceof Node.Table providers)
                || !(document.fields().get("agents") instanceof Node.Table agents)) {
            return;
        }
        List<String> known = List.copyOf(providers.fields().keySet());
        if (known.isEmpty()) {
            found.mistake(providers.path(), "is empty", "at least one provider");
        }
        if (agents.fields().isEmpty()) {
            found.mistake(agents.path(), "is empty", "at least one agent");
        }
        for (Node agent : agents.fields().values()) {
            if (agent instanceof Node.Table table) {
                Node primary = table.fields().get("primary");
                known(primary, known, found);
                if (table.fields().get("backups") instanceof Node.Row backups) {
                    for (Node backup : backups.items()) {
                        known(backup, known, found);
                        if (isSame(primary, backup)) {
                            found.mistake(backup.path(), "is the primary already", "each provider once");
                        }
                    }
                }
            }
        }
    }

    private static void known(@Nullable Node name, List<String> known, Findings found) {
        if (name instanceof Node.Text text && !known.contains(text.value())) {
            found.mistake(text.path(), "is the name of no provider", Nearest.to(text.value(), known));
        }
    }

    private static boolean isSame(@Nullable Node one, Node other) {
        return one instanceof Node.Text a
                && other instanceof Node.Text b
                && a.value().equals(b.value());
    }
}
