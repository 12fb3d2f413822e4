package dev.understudy.provider.anthropic;

import dev.understudy.chat.Message.CacheHint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Marks blocks as the end of a prefix that the vendor caches. The vendor accepts four marks, of which the last ones are
 * kept, and none of an hour behind one of five minutes.
 */
final class AnthropicCache {

    static final String FIELD = "cache_control";

    /** Marks that one request may have. */
    static final int MOST = 4;

    private AnthropicCache() {}

    static void mark(Map<String, Object> block, CacheHint cacheHint) {
        if (cacheHint == CacheHint.NONE) {
            return;
        }
        Map<String, Object> mark = new LinkedHashMap<>();
        mark.put("type", "ephemeral");
        if (cacheHint == CacheHint.LONG) {
            mark.put("ttl", "1h");
        }
        block.put(FIELD, mark);
    }

    /**
     * Removes the marks that the vendor would refuse.
     *
     * @param body tools, system and messages; their blocks are changed
     */
    static void limit(Map<String, Object> body) {
        List<Map<String, Object>> marked = new ArrayList<>();
        collect(body.get("tools"), marked);
        collect(body.get("system"), marked);
        if (body.get("messages") instanceof List<?> messages) {
            messages.forEach(message -> collect(((Map<?, ?>) message).get("content"), marked));
        }
        int surplus = marked.size() - MOST;
        boolean shortOnly = false;
        for (int i = 0; i < marked.size(); i++) {
            Map<String, Object> block = marked.get(i);
            if (i < surplus) {
                block.remove(FIELD);
            } else if (shortOnly) {
                mark(block, CacheHint.SHORT);
            } else {
                shortOnly = !(block.get(FIELD) instanceof Map<?, ?> mark && mark.containsKey("ttl"));
            }
        }
    }

    @SuppressWarnings("unchecked") // blocks of this package are maps that can be changed
    private static void collect(@Nullable Object blocks, List<Map<String, Object>> marked) {
        if (blocks instanceof List<?> list) {
            for (Object block : list) {
                if (block instanceof Map<?, ?> map && map.containsKey(FIELD)) {
                    marked.add((Map<String, Object>) block);
                }
            }
        }
    }
}
