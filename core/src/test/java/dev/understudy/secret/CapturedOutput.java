package dev.understudy.secret;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Captures all log lines at DEBUG and all printed output until it is closed. */
public final class CapturedOutput implements AutoCloseable {

    private static final int DEBUG = 10;

    private final ByteArrayOutputStream result = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final Map<Logger, Integer> levels = new HashMap<>();

    public CapturedOutput() {
        PrintStream all = new PrintStream(result, true, StandardCharsets.UTF_8);
        System.setOut(all);
        System.setErr(all);
        loggers().values().forEach(logger -> levels.put(logger, level(logger, DEBUG)));
    }

    public String heard() {
        return result.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        levels.forEach(CapturedOutput::level);
        System.setOut(out);
        System.setErr(err);
    }

    @SuppressWarnings("unchecked") // declared type of the field in slf4j-simple
    private static Map<String, Logger> loggers() {
        Object factory = LoggerFactory.getILoggerFactory();
        try {
            return (Map<String, Logger>) field(factory.getClass(), "loggerMap").get(factory);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("slf4j-simple keeps its loggers elsewhere now", e);
        }
    }

    /** Sets the level of one logger, and returns the previous one. */
    public static int level(String logger, int level) {
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
