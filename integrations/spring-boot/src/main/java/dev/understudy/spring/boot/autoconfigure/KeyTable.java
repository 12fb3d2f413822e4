package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.agent.Config;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The keys of configurations, from the list in the jar of the configuration. */
final class KeyTable {

    static final String RESOURCE = "/dev/understudy/ops/understudy.keys.json";

    private static final String LIST = "java.util.List<";
    private static final String MAP = "java.util.Map<java.lang.String,";

    private static final Key.Table ROOT = read();

    private KeyTable() {}

    /** Returns the keys of the whole document. */
    static Key.Table root() {
        return ROOT;
    }

    private static Key.Table read() {
        Map<String, Key.Field> fields = new LinkedHashMap<>();
        for (JsonNode property : document().get("properties")) {
            List<String> path = List.of(property.get("key").asString().split("\\."));
            Key leaf = leaf(property.get("type").asString(), property.has("secret"));
            add(fields, path, leaf);
        }
        return new Key.Table(fields);
    }

    private static JsonNode document() {
        try (InputStream file = Config.class.getResourceAsStream(RESOURCE)) {
            if (file == null) {
                throw new IllegalStateException("The jar of the configuration lacks " + RESOURCE);
            }
            return JsonMapper.shared().readTree(file);
        } catch (IOException e) {
            throw new IllegalStateException(RESOURCE + " cannot be read", e);
        }
    }

    private static Key leaf(String type, boolean secret) {
        if (type.startsWith(LIST)) {
            return new Key.Items(leaf(type.substring(LIST.length(), type.length() - 1), secret));
        }
        if (type.startsWith(MAP)) {
            return new Key.Named(leaf(type.substring(MAP.length(), type.length() - 1), secret));
        }
        return new Key.Value(type, secret);
    }

    /** Adds a key below known ones: {@code providers}, {@code *}, {@code transport}, {@code connect}. */
    private static void add(Map<String, Key.Field> fields, List<String> path, Key leaf) {
        String first = path.get(0);
        boolean list = first.endsWith("[]");
        String name = list ? first.substring(0, first.length() - 2) : first;
        List<String> rest = path.subList(1, path.size());
        boolean named = !rest.isEmpty() && rest.get(0).equals("*");
        Key.Field known = fields.get(Key.uniform(name));
        Key key = leaf;
        if (!rest.isEmpty()) {
            Map<String, Key.Field> below =
                    known == null ? new LinkedHashMap<>() : table(known.key()).fields();
            add(below, named ? rest.subList(1, rest.size()) : rest, leaf);
            Key.Table table = new Key.Table(below);
            key = list ? new Key.Items(table) : named ? new Key.Named(table) : table;
        }
        fields.put(Key.uniform(name), new Key.Field(name, key));
    }

    private static Key.Table table(Key key) {
        if (key instanceof Key.Named named) {
            return table(named.each());
        }
        return key instanceof Key.Items items ? table(items.each()) : (Key.Table) key;
    }
}
