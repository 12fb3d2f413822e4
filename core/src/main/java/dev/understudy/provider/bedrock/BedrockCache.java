package dev.understudy.provider.bedrock;

import dev.understudy.chat.Message.CacheHint;
import dev.understudy.provider.dialect.ExtraFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds blocks that mark the end of a prefix to be cached. A request may have four, of which the last ones are kept. */
final class BedrockCache {

    private static final String FIELD = "cachePoint";
    private static final int MOST = 4;

    private BedrockCache() {}

    static void mark(List<Map<String, Object>> blocks, CacheHint cacheHint) {
        if (cacheHint != CacheHint.NONE) {
            Map<String, Object> mark = ExtraFields.fields("type", "default");
            if (cacheHint == CacheHint.LONG) {
                mark.put("ttl", "1h");
            }
            blocks.add(Map.of(FIELD, mark));
        }
    }

    /** Removes marks that the API or the model would refuse, the first ones first. */
    static void limit(Map<String, Object> body, BedrockModel model) {
        List<List<?>> lists = new ArrayList<>();
        if (body.get("toolConfig") instanceof Map<?, ?> config && config.get("tools") instanceof List<?> tools) {
            lists.add(tools);
        }
        if (body.get("system") instanceof List<?> system) {
            lists.add(system);
        }
        if (body.get("messages") instanceof List<?> messages) {
            for (Object message : messages) {
                if (message instanceof Map<?, ?> turn && turn.get("content") instanceof List<?> content) {
                    lists.add(content);
                }
            }
        }
        int surplus = -(model.isCaching() ? MOST : 0);
        for (List<?> list : lists) {
            surplus += (int) list.stream().filter(BedrockCache::isMark).count();
        }
        for (List<?> list : lists) {
            for (int i = 0; i < list.size() && surplus > 0; ) {
                if (isMark(list.get(i))) {
                    list.remove(i);
                    surplus--;
                } else {
                    i++;
                }
            }
        }
    }

    private static boolean isMark(@Nullable Object block) {
        return block instanceof Map<?, ?> map && map.containsKey(FIELD);
    }
}
