package dev.understudy.simulation;

import dev.understudy.chat.ChatProvider;
import java.lang.reflect.Field;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Virtual clock for the connection pool of a provider, which has no option for it. */
final class PoolClock extends Clock {

    private static final Map<String, Field> FIELDS = new ConcurrentHashMap<>();

    private final Tasks tasks;

    private PoolClock(Tasks tasks) {
        this.tasks = tasks;
    }

    /** Replaces the clock before the first connection is made. */
    static void install(ChatProvider provider, Tasks tasks) {
        Object factory = value(value(value(provider, "httpConnections"), "pool"), "defaultPoolFactory");
        try {
            field(factory, "clock").set(factory, new PoolClock(tasks));
        } catch (IllegalAccessException changed) {
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
        return FIELDS.computeIfAbsent(name, any -> found(owner.getClass(), name));
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

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochSecond(tasks.now() / 1_000_000_000L, tasks.now() % 1_000_000_000L);
    }

    @Override
    public long millis() {
        return tasks.now() / 1_000_000;
    }
}
