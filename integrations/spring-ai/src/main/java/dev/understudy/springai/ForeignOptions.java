package dev.understudy.springai;

import java.beans.PropertyDescriptor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.beans.BeanUtils;

/** Options of one vendor's class. Their portable part is mapped; the rest is named, so that an event can tell it. */
final class ForeignOptions {

    private static final Set<String> PORTABLE = portable();

    private ForeignOptions() {}

    /**
     * Returns the properties that are set and not portable, in the order of their names.
     *
     * @param options options of any class
     * @return the names; empty for the classes of Spring AI itself
     */
    static List<String> leftOut(ChatOptions options) {
        if (options instanceof UnderstudyChatOptions
                || options.getClass().getPackageName().equals(ToolCallingChatOptions.class.getPackageName())
                || options.getClass().getPackageName().equals(ChatOptions.class.getPackageName())) {
            return List.of();
        }
        ChatOptions fresh = fresh(options.getClass());
        List<String> names = new ArrayList<>();
        for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(options.getClass())) {
            Object value = PORTABLE.contains(property.getName()) ? null : read(property, options);
            boolean set = value != null && !isEmpty(value);
            if (set && !Objects.equals(value, fresh == null ? null : read(property, fresh))) {
                names.add(property.getName());
            }
        }
        return names.stream().sorted().toList();
    }

    /** Returns options of the class without any value, to know its defaults. */
    private static @Nullable ChatOptions fresh(Class<?> type) {
        try {
            Object builder = type.getMethod("builder").invoke(null);
            return builder instanceof ChatOptions.Builder<?> own ? own.build() : null;
        } catch (ReflectiveOperationException | RuntimeException none) {
            return null;
        }
    }

    private static @Nullable Object read(PropertyDescriptor property, ChatOptions options) {
        Method getter = property.getReadMethod();
        if (getter == null) {
            return null;
        }
        try {
            return getter.invoke(options);
        } catch (ReflectiveOperationException | RuntimeException unreadable) {
            return null;
        }
    }

    private static boolean isEmpty(Object value) {
        return (value instanceof Collection<?> list && list.isEmpty())
                || (value instanceof Map<?, ?> map && map.isEmpty());
    }

    private static Set<String> portable() {
        Set<String> names = new TreeSet<>(Set.of("class"));
        for (Class<?> type :
                List.of(ChatOptions.class, ToolCallingChatOptions.class, StructuredOutputChatOptions.class)) {
            for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(type)) {
                names.add(property.getName());
            }
        }
        return names;
    }
}
