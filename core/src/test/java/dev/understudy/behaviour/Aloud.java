package dev.understudy.behaviour;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that is logged by anybody at DEBUG, or printed, until it is closed. */
final class Aloud implements AutoCloseable {

    private static final int DEBUG = 10;

    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final Map<Logger, Integer> levels = new HashMap<>();

    Aloud() {
        PrintStream all = new PrintStream(heard, true, StandardCharsets.UTF_8);
        System.setOut(all);
        System.setErr(all);
        loggers().values().forEach(logger -> levels.put(logger, level(logger, DEBUG)));
    }

    String heard() {
        return heard.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        levels.forEach(Aloud::level);
        System.setOut(out);
        System.setErr(err);
    }

    @SuppressWarnings("unchecked") // as the field of slf4j-simple's factory is declared
    private static Map<String, Logger> loggers() {
        Object factory = LoggerFactory.getILoggerFactory();
        try {
            return (Map<String, Logger>) field(factory.getClass(), "loggerMap").get(factory);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("slf4j-simple keeps its loggers elsewhere now", e);
        }
    }

    /** Sets the level of one logger; answers what it was. */
    static int level(String logger, int level) {
        return level(LoggerFactory.getLogger(logger), level);
    }

    private static int level(Logger logger, int level) {
        try {
            Field field = field(logger.getClass(), "currentLogLevel");
            int was = field.getInt(logger);
            field.setInt(logger, level);
            return was;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("slf4j-simple keeps its levels elsewhere now", e);
        }
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
