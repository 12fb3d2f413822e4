package dev.understudy.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Data of a content block that only its origin understands: fields beside the content, or a whole block. Sent back
 * unchanged to the origin with the block, and left out for every other target.
 *
 * @param origin the dialect, such as {@code anthropic}; followed by {@code @} and the host where only that host accepts
 *     the data
 * @param json a JSON object, as received
 */
public record VendorData(String origin, String json) {
    /**
     * Checks that no required value is {@code null}.
     *
     * @param origin dialect and host
     * @param json a JSON object
     */
    public VendorData {
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(json, "json");
    }

    /**
     * Returns a copy with another origin.
     *
     * @param origin dialect and host
     * @return a copy
     */
    public VendorData withOrigin(String origin) {
        return new VendorData(origin, json);
    }

    /** Describes origin and size, without the data. */
    @Override
    public String toString() {
        return "VendorData[" + origin + ", " + json.length() + " characters]";
    }

    /**
     * A source that an answer cites. A value that the vendor does not tell is {@code null}.
     *
     * @param url address of the source
     * @param title title of the source, or name of the file
     * @param quote the cited text
     */
    public record Citation(
            @Nullable String url,
            @Nullable String title,
            @Nullable String quote) {}

    /**
     * Returns the sources that the vendor's data name.
     *
     * @return the citations, in order; empty if there are none
     */
    public List<Citation> citations() {
        if (!json.contains("\"citations\"") && !json.contains("\"annotations\"")) {
            return List.of();
        }
        List<Citation> citations = new ArrayList<>();
        try {
            collect(JsonText.object(json), citations);
        } catch (IllegalArgumentException notJson) {
            return List.of();
        }
        return citations;
    }

    private static void collect(@Nullable Object value, List<Citation> citations) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, member) -> {
                if (("citations".equals(name) || "annotations".equals(name)) && member instanceof List<?> list) {
                    list.forEach(element -> add(element, citations));
                } else {
                    collect(member, citations);
                }
            });
        } else if (value instanceof List<?> list) {
            list.forEach(element -> collect(element, citations));
        }
    }

    private static void add(@Nullable Object element, List<Citation> citations) {
        Citation citation = element instanceof String url
                ? new Citation(url, null, null)
                : new Citation(
                        first(element, Set.of("url", "uri", "file_url")),
                        first(element, Set.of("title", "document_title", "filename")),
                        first(element, Set.of("cited_text", "quote", "text")));
        if (citation.url != null || citation.title != null || citation.quote != null) {
            citations.add(citation);
        }
    }

    /** Returns the first text of one of these names, within the value. */
    private static @Nullable String first(@Nullable Object value, Set<String> names) {
        Collection<?> members = List.of();
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (entry.getKey() instanceof String name
                        && names.contains(name)
                        && entry.getValue() instanceof String text
                        && !text.isEmpty()) {
                    return text;
                }
            }
            members = map.values();
        } else if (value instanceof List<?> list) {
            members = list;
        }
        for (Object member : members) {
            String found = first(member, names);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
