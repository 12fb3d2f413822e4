package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.spring.boot.UnderstudyConnectionDetails;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The properties below {@code understudy.} as the tree that a configuration file has. Read from the property sources
 * themselves, because names of models, providers and agents keep their case, dots and order there.
 */
final class PropertyTree {

    private static final String PREFIX = "understudy.";
    private static final String SYSTEM_PROPERTIES = StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME;
    private static final String VARIABLE_PREFIX = "UNDERSTUDY_";

    /** Keys that a provider may have which the application supplies. */
    private static final Set<String> KEYS_OF_SUPPLIED =
            Set.of("model", "models", "weight", "tags", "limits", "healthCheck");

    /** A list under construction; a property source replaces that of a source of lower precedence. */
    private record Items(PropertySource<?> source, TreeMap<Integer, Object> values) {}

    private final PropertyValues values;
    private final Map<String, Object> root = new LinkedHashMap<>();

    private PropertyTree(PropertyValues values) {
        this.values = values;
    }

    /** Reads the properties of all sources. */
    static PropertyTree read(Environment environment) {
        PropertyTree tree = new PropertyTree(new PropertyValues(environment));
        if (environment instanceof ConfigurableEnvironment configurable) {
            Deque<EnumerablePropertySource<?>> byPrecedence = new ArrayDeque<>();
            for (PropertySource<?> source : configurable.getPropertySources()) {
                if (source instanceof EnumerablePropertySource<?> enumerable) {
                    byPrecedence.addFirst(enumerable);
                }
            }
            byPrecedence.forEach(tree::add);
        }
        return tree;
    }

    boolean isEmpty() {
        return root.isEmpty();
    }

    /** Returns the maps and lists. */
    Map<String, Object> toMap() {
        return plain(root);
    }

    /** Returns the values of placeholders in the tree. */
    Map<String, String> variables() {
        return values.variables();
    }

    /** Lists the ids of the agents, in order. */
    List<String> agents() {
        return names(List.of("agents"));
    }

    /** Overrides addresses and keys of declared providers, or replaces providers. */
    void override(UnderstudyConnectionDetails details) {
        if (root.get("providers") instanceof Map<?, ?> providers) {
            providers.forEach((name, keys) -> {
                if (keys instanceof Map<?, ?>) {
                    override(String.valueOf(name), table(keys), details);
                }
            });
        }
    }

    private void override(String provider, Map<String, Object> keys, UnderstudyConnectionDetails details) {
        if (details.replacement(provider) != null) {
            keys.keySet().retainAll(KEYS_OF_SUPPLIED);
            keys.put("supplied", true);
            return;
        }
        UnderstudyConnectionDetails.Connection connection = details.connection(provider);
        if (connection != null) {
            keys.put("baseUrl", connection.baseUrl());
            String apiKey = connection.apiKey();
            if (apiKey != null) {
                keys.remove("keyFile");
                keys.put("keys", List.of(values.secret(apiKey)));
            }
        }
    }

    private void add(EnumerablePropertySource<?> source) {
        for (String name : source.getPropertyNames()) {
            PropertyPath path = path(name);
            if (path != null && isUnknown(path) && source.getName().equals(SYSTEM_PROPERTIES)) {
                continue; // other tools use the prefix too, with -D
            }
            Object value = path == null ? null : source.getProperty(name);
            if (path != null && value != null) {
                put(path, value, source);
            }
        }
    }

    private @Nullable PropertyPath path(String name) {
        if (name.startsWith(VARIABLE_PREFIX)) {
            String rest = name.substring(VARIABLE_PREFIX.length());
            return isOther(rest.replaceFirst("_.*", "")) ? null : PropertyPath.ofVariable(rest, this::names);
        }
        if (!name.startsWith(PREFIX)) {
            return null;
        }
        List<String> elements = PropertyPath.elements(name.substring(PREFIX.length()));
        return elements.isEmpty() || isOther(elements.get(0)) ? null : PropertyPath.ofProperty(elements);
    }

    /** Returns true if the first element is no key of a configuration. */
    private static boolean isUnknown(PropertyPath path) {
        return !KeyTable.root()
                .fields()
                .containsKey(Key.uniform(String.valueOf(path.steps().get(0))));
    }

    private static boolean isOther(String first) {
        return UnderstudyProperties.KEYS.contains(Key.uniform(first));
    }

    private List<String> names(List<Object> steps) {
        Object node = root;
        for (Object step : steps) {
            node = node instanceof Map<?, ?> table ? table.get(String.valueOf(step)) : null;
        }
        return node instanceof Map<?, ?> table
                ? table.keySet().stream().map(String::valueOf).toList()
                : List.of();
    }

    private void put(PropertyPath path, Object raw, PropertySource<?> source) {
        List<Object> steps = path.steps();
        Object value = values.value(path.key(), raw);
        Object node = root;
        for (int i = 0; i < steps.size() - 1; i++) {
            boolean list = steps.get(i + 1) instanceof Integer;
            Object next = below(node, steps.get(i));
            if (next == null || !isUsable(next, list, source)) {
                next = list ? new Items(source, new TreeMap<>()) : new LinkedHashMap<String, Object>();
                set(node, steps.get(i), next);
            }
            node = next;
        }
        set(node, steps.get(steps.size() - 1), value);
    }

    /** Returns true if values can be added to a node: a list of another source is replaced. */
    private static boolean isUsable(Object node, boolean list, PropertySource<?> source) {
        return list ? node instanceof Items items && items.source.equals(source) : node instanceof Map<?, ?>;
    }

    private static @Nullable Object below(Object node, Object step) {
        return node instanceof Items items
                ? items.values.get(step)
                : table(node).get(String.valueOf(step));
    }

    private static void set(Object node, Object step, Object value) {
        if (node instanceof Items items) {
            items.values.put((Integer) step, value);
        } else if (!(value instanceof Map<?, ?> empty && empty.isEmpty())
                || !(table(node).get(String.valueOf(step)) instanceof Map<?, ?>)) {
            table(node).put(String.valueOf(step), value);
        }
    }

    /** Every table of this tree was made here. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> table(Object node) {
        return (Map<String, Object>) node;
    }

    private static Map<String, Object> plain(Map<String, Object> table) {
        Map<String, Object> plain = new LinkedHashMap<>();
        table.forEach((name, value) -> plain.put(name, plain(value)));
        return plain;
    }

    private static Object plain(Object node) {
        if (node instanceof Items items) {
            List<Object> list = new ArrayList<>();
            items.values.values().forEach(value -> list.add(plain(value)));
            return list;
        }
        return node instanceof Map<?, ?> ? plain(table(node)) : node;
    }
}
