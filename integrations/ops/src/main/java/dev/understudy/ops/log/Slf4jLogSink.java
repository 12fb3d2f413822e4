package dev.understudy.ops.log;

import java.util.Map;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.DefaultLoggingEventBuilder;
import org.slf4j.spi.LoggingEventAware;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes each line as text, with its pairs as key-values of SLF4J 2. A backend without support for key-values would
 * put them before the message, which contains them already, so it receives the message only.
 */
record Slf4jLogSink(Logger logger) implements LogSink {

    static LogSink named(String name) {
        return new Slf4jLogSink(LoggerFactory.getLogger(name));
    }

    @Override
    public boolean isEnabled(Level level) {
        return logger.isEnabledForLevel(slf4j(level));
    }

    @Override
    public void log(Level level, Logfmt line) {
        LoggingEventBuilder event = logger.atLevel(slf4j(level));
        if (logger instanceof LoggingEventAware || event.getClass() != DefaultLoggingEventBuilder.class) {
            for (Map.Entry<String, Object> field : line.fields().entrySet()) {
                event = event.addKeyValue(field.getKey(), field.getValue());
            }
        }
        event.log(line.toString());
    }

    private static org.slf4j.event.Level slf4j(Level level) {
        if (level.equals(Level.SEVERE)) {
            return org.slf4j.event.Level.ERROR;
        }
        if (level.equals(Level.WARNING)) {
            return org.slf4j.event.Level.WARN;
        }
        return level.equals(Level.INFO) ? org.slf4j.event.Level.INFO : org.slf4j.event.Level.DEBUG;
    }
}
