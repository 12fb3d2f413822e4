package dev.understudy.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Place of a property in a configuration: names of keys and {@code Integer} indexes.
 *
 * @param steps names and indexes, from the root on
 * @param key form of the values at this place; {@code null} where no key is known, for the error message
 */
record PropertyPath(List<Object> steps, @Nullable Key key) {

    /** Finds the names that a table of the configuration has already, for names whose case was lost. */
    @FunctionalInterface
    interface KnownNames {
        List<String> at(List<Object> steps);
    }

    /** Splits a name as property files and YAML have it; brackets keep dots: {@code models[gpt-4.1]}, {@code keys[0]}. */
    static List<String> elements(String name) {
        List<String> elements = new ArrayList<>();
        StringBuilder element = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean ends = quoted ? c == ']' : c == '.' || c == '[';
            quoted = quoted ? c != ']' : c == '[';
            if (!ends) {
                element.append(c);
            } else if (!element.isEmpty()) {
                elements.add(element.toString());
                element.setLength(0);
            }
        }
        if (!element.isEmpty()) {
            elements.add(element.toString());
        }
        return elements;
    }

    /** Resolves a property; where no key fits, the place is that of its elements. */
    static PropertyPath ofProperty(List<String> elements) {
        PropertyPath found = new Search(".", steps -> List.of()).find(KeyTable.root(), List.of(), elements);
        return found == null ? guess(elements) : found;
    }

    /** Resolves an environment variable, {@code PROVIDERS_OPENAI_BASEURL}; {@code null} if it is none of a configuration. */
    static @Nullable PropertyPath ofVariable(String name, KnownNames known) {
        return new Search("_", known).find(KeyTable.root(), List.of(), Arrays.asList(name.split("_", -1)));
    }

    /** Follows known keys as far as they go, so that an error names the key that is wrong. */
    private static PropertyPath guess(List<String> elements) {
        List<Object> steps = new ArrayList<>();
        Key key = KeyTable.root();
        for (String element : elements) {
            if (key instanceof Key.Table table) {
                Key.Field field = table.fields().get(Key.uniform(element));
                steps.add(field == null ? element : field.name());
                key = field == null ? null : field.key();
            } else {
                steps.add(element);
                key = key instanceof Key.Named named ? named.each() : null;
            }
        }
        return new PropertyPath(steps, null);
    }

    /**
     * Search for the keys that the elements of a name mean, where names that users chose may hold the separator.
     *
     * @param separator separator of elements
     * @param known names in the configuration, for environment variables
     */
    private record Search(String separator, KnownNames known) {

        @Nullable
        PropertyPath find(Key key, List<Object> steps, List<String> rest) {
            if (key instanceof Key.Value) {
                return rest.isEmpty() ? new PropertyPath(steps, key) : null;
            }
            if (rest.isEmpty()) {
                return new PropertyPath(steps, key);
            }
            if (key instanceof Key.Table table) {
                return inTable(table, steps, rest);
            }
            return key instanceof Key.Named named ? inNamed(named, steps, rest) : inItems((Key.Items) key, steps, rest);
        }

        private boolean isVariable() {
            return separator.equals("_");
        }

        private @Nullable PropertyPath inTable(Key.Table table, List<Object> steps, List<String> rest) {
            int longest = isVariable() ? rest.size() : 1;
            for (int count = 1; count <= longest; count++) {
                Key.Field field = table.fields().get(Key.uniform(joined(rest, count)));
                PropertyPath found =
                        field == null ? null : find(field.key(), with(steps, field.name()), from(rest, count));
                if (found != null) {
                    return found;
                }
            }
            return null;
        }

        private @Nullable PropertyPath inNamed(Key.Named named, List<Object> steps, List<String> rest) {
            List<String> names = known.at(steps);
            PropertyPath fresh = null;
            // a section that is named as a whole has no dots in its name, or a key that is wrong would be part of the
            // name
            int longest = named.each() instanceof Key.Table ? Math.max(1, rest.size() - 1) : rest.size();
            for (int count = 1; count <= longest; count++) {
                String name = joined(rest, count);
                String existing = names.stream()
                        .filter(other -> Key.uniform(other).equals(Key.uniform(name)))
                        .findFirst()
                        .orElse(null);
                String chosen = existing != null ? existing : isVariable() ? name.toLowerCase(Locale.ROOT) : name;
                PropertyPath found = find(named.each(), with(steps, chosen), from(rest, count));
                if (found != null && existing != null) {
                    return found;
                }
                fresh = fresh == null ? found : fresh;
            }
            return fresh;
        }

        private @Nullable PropertyPath inItems(Key.Items items, List<Object> steps, List<String> rest) {
            return rest.get(0).matches("\\d{1,4}")
                    ? find(items.each(), with(steps, Integer.valueOf(rest.get(0))), from(rest, 1))
                    : null;
        }

        private String joined(List<String> rest, int count) {
            return String.join(separator, rest.subList(0, count));
        }

        private static List<String> from(List<String> rest, int count) {
            return rest.subList(count, rest.size());
        }

        private static List<Object> with(List<Object> steps, Object step) {
            List<Object> more = new ArrayList<>(steps);
            more.add(step);
            return more;
        }
    }
}
