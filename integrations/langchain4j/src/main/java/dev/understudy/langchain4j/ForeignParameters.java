package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Parameters of one vendor's class. Their common part is mapped; the rest is named, so that an event can tell it. */
final class ForeignParameters {

    private ForeignParameters() {}

    /**
     * Returns the accessors of a class of parameters that are not common and have a value, in the order of their names.
     *
     * @param parameters parameters of any class
     * @return the names
     */
    static List<String> leftOut(ChatRequestParameters parameters) {
        Set<String> names = new TreeSet<>();
        Class<?> type = parameters.getClass();
        while (type != null && type != DefaultChatRequestParameters.class && type != Object.class) {
            for (Method method : type.getDeclaredMethods()) {
                if (isAccessor(method) && isSet(method, parameters)) {
                    names.add(method.getName());
                }
            }
            type = type.getSuperclass();
        }
        return List.copyOf(names);
    }

    private static boolean isAccessor(Method method) {
        return Modifier.isPublic(method.getModifiers())
                && !Modifier.isStatic(method.getModifiers())
                && !method.isSynthetic()
                && method.getParameterCount() == 0
                && method.getReturnType() != void.class
                && !isCommon(method.getName());
    }

    private static boolean isCommon(String name) {
        for (Class<?> type : List.of(ChatRequestParameters.class, Object.class)) {
            for (Method method : type.getMethods()) {
                if (method.getName().equals(name)) {
                    return true;
                }
            }
        }
        return name.equals("toBuilder");
    }

    private static boolean isSet(Method method, ChatRequestParameters parameters) {
        @Nullable Object value;
        try {
            value = method.invoke(parameters);
        } catch (ReflectiveOperationException | RuntimeException unreadable) {
            return false;
        }
        return value != null
                && !(value instanceof Collection<?> list && list.isEmpty())
                && !(value instanceof Map<?, ?> map && map.isEmpty());
    }
}
