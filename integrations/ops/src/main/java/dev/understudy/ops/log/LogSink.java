package dev.understudy.ops.log;

import java.util.logging.Level;
import reactor.util.Logger;

/** Receives the lines of {@link Logs}. */
interface LogSink {

    boolean isEnabled(Level level);

    void log(Level level, Logfmt line);

    /** Creates a sink that writes each line as text. */
    static LogSink text(Logger logger) {
        return new LogSink() {
            @Override
            public boolean isEnabled(Level level) {
                return level.intValue() >= Level.WARNING.intValue()
                        || (level.equals(Level.INFO) ? logger.isInfoEnabled() : logger.isDebugEnabled());
            }

            @Override
            public void log(Level level, Logfmt line) {
                if (level.equals(Level.SEVERE)) {
                    logger.error(line.toString());
                } else if (level.equals(Level.WARNING)) {
                    logger.warn(line.toString());
                } else if (level.equals(Level.INFO)) {
                    logger.info(line.toString());
                } else {
                    logger.debug(line.toString());
                }
            }
        };
    }
}
