package dev.understudy.simulation;

import dev.understudy.chat.ChatProvider;
import io.netty.util.concurrent.EventExecutor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Clocks and a thread of a provider's connections that have no option: those of the simulation take their place. */
final class Replacements {

    private static final Map<String, Field> FIELDS = new ConcurrentHashMap<>();

    private Replacements() {}

    /** Replaces them before the first connection is made. */
    static void install(ChatProvider provider, boolean http2, Tasks tasks, EventExecutor thread) {
        Object connections = value(provider, "httpConnections");
        Clock clock = new PoolClock(tasks);
        replaceIn(value(connections, "pool"), clock);
        if (http2) {
            Object pools = value(value(value(connections, "client"), "config"), "connectionProvider");
            replaceIn(called(pools, "getOrCreateHttp2"), clock);
        }
        replace(value(value(connections, "tracker"), "channels"), "executor", thread);
    }

    /** Pools are closed in the order of their creation: that of their hash codes differs between runs. */
    private static void replaceIn(Object pools, Clock clock) {
        replace(value(pools, "defaultPoolFactory"), "clock", clock);
        Map<Object, Integer> numbers = new HashMap<>();
        replace(
                pools,
                "channelPools",
                new ConcurrentSkipListMap<Object, Object>(
                        Comparator.comparing(key -> numbers.computeIfAbsent(key, any -> numbers.size()))));
    }

    private static void replace(Object owner, String name, Object by) {
        try {
            field(owner, name).set(owner, by);
        } catch (IllegalAccessException changed) {
            throw new IllegalStateException(changed);
        }
    }

    private static Object called(Object owner, String name) {
        try {
            Method method = owner.getClass().getDeclaredMethod(name);
            method.setAccessible(true);
            return method.invoke(owner);
        } catch (ReflectiveOperationException changed) {
            throw new IllegalStateException(changed);
        }
    }

    private static Object value(Object owner, String name) {
        try {
            return field(owner, name).get(owner);
        } catch (IllegalAccessException changed) {
            throw new IllegalStateException(changed);
        }
    }

    private static Field field(Object owner, String name) {
        return FIELDS.computeIfAbsent(owner.getClass().getName() + "." + name, any -> found(owner.getClass(), name));
    }

    private static Field found(Class<?> type, String name) {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field;
                }
            }
        }
        throw new IllegalStateException("no field " + name);
    }
}
