package dev.understudy.simulation;

import dev.understudy.chat.ChatProvider;
import java.lang.reflect.Field;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Virtual clock for the connection pool of a provider, which has no option for it. */
final class PoolClock extends Clock {

    private final Tasks tasks;

    private PoolClock(Tasks tasks) {
        this.tasks = tasks;
    }

    /** Replaces the clock before the first connection is made. */
    static void install(ChatProvider provider, Tasks tasks) {
        try {
            Object factory = value(value(value(provider, "httpConnections"), "pool"), "defaultPoolFactory");
            Field clock = field(factory.getClass(), "clock");
            clock.set(factory, new PoolClock(tasks));
        } catch (ReflectiveOperationException changed) {
            throw new IllegalStateException(changed);
        }
    }

    private static Object value(Object owner, String name) throws ReflectiveOperationException {
        return field(owner.getClass(), name).get(owner);
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(name);
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
