package dev.understudy.provider;

import dev.understudy.provider.dialect.Dialect;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Copies decoders in the middle of a stream, so that at each place many things can happen without reading all before it
 * once more: what would take minutes takes seconds. Copies objects of the provider packages; what cannot change
 * is shared, and what is not known fails.
 */
final class Fork {

    private static final Map<Class<?>, List<Field>> FIELDS = new ConcurrentHashMap<>();

    private final Map<Object, Object> copies = new IdentityHashMap<>();

    private Fork() {}

    @SuppressWarnings("unchecked")
    static <T> T of(T original) {
        return (T) new Fork().copy(original);
    }

    private @Nullable Object copy(@Nullable Object original) {
        if (original == null) {
            return null;
        }
        Object known = copies.get(original);
        if (known != null) {
            return known;
        }
        Class<?> type = original.getClass();
        if (type.isArray()) {
            return kept(original, array(original));
        }
        if (original instanceof StringBuilder text) {
            return kept(original, new StringBuilder(text));
        }
        if (type == ArrayList.class || type == ArrayDeque.class) {
            return list(original, type == ArrayList.class ? new ArrayList<>() : new ArrayDeque<>());
        }
        if (type == TreeMap.class) {
            return map(original, new TreeMap<>());
        }
        if (type == HashMap.class || type == LinkedHashMap.class) {
            return map(original, new LinkedHashMap<>());
        }
        if (type.getPackageName().startsWith(Fork.class.getPackageName()) && !isShared(type)) {
            return object(original, type);
        }
        if (isShared(type) || original instanceof CRC32 || original instanceof Collection || original instanceof Map) {
            return original; // a checksum begins anew with each message; other collections are immutable ones
        }
        throw new AssertionError("Is a " + type.getName() + " to be copied or shared?");
    }

    private static boolean isShared(Class<?> type) {
        return type.isEnum()
                || type.isRecord()
                || type.isHidden()
                || type == String.class
                || Number.class.isAssignableFrom(type)
                || type == Boolean.class
                || type.getPackageName().equals("dev.understudy.chat")
                || Dialect.class.isAssignableFrom(type);
    }

    private Object kept(Object original, Object copy) {
        copies.put(original, copy);
        return copy;
    }

    private Object array(Object original) {
        int length = Array.getLength(original);
        Class<?> element = original.getClass().getComponentType();
        Object copy = Array.newInstance(element, length);
        System.arraycopy(original, 0, copy, 0, length);
        for (int i = 0; i < length && !element.isPrimitive(); i++) {
            Object value = Array.get(original, i);
            Array.set(copy, i, value == null ? null : copy(value));
        }
        return copy;
    }

    private Object list(Object original, Collection<Object> copy) {
        kept(original, copy);
        ((Collection<?>) original).forEach(each -> copy.add(copy(each)));
        return copy;
    }

    private Object map(Object original, Map<Object, Object> copy) {
        kept(original, copy);
        ((Map<?, ?>) original).forEach((key, value) -> copy.put(key, copy(value)));
        return copy;
    }

    private Object object(Object original, Class<?> type) {
        try {
            Object copy = kept(original, Bare.INSTANCES.of(type));
            for (Field field : FIELDS.computeIfAbsent(type, Fork::fields)) {
                Object value = field.get(original);
                field.set(copy, value == null || field.getType().isPrimitive() ? value : copy(value));
            }
            return copy;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Field> fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (@Nullable Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    /** Makes objects without calling their constructors. */
    private record Bare(Object unsafe, Method allocate) {

        static final Bare INSTANCES = find();

        private static Bare find() {
            try {
                Class<?> type = Class.forName("sun.misc.Unsafe");
                Field instance = type.getDeclaredField("theUnsafe");
                instance.setAccessible(true);
                return new Bare(instance.get(null), type.getMethod("allocateInstance", Class.class));
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }

        Object of(Class<?> type) throws ReflectiveOperationException {
            return allocate.invoke(unsafe, type);
        }
    }
}
