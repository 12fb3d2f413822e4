package dev.understudy.examples.chaos;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import reactor.util.Logger;

/** A log that can be read again. */
final class Lines implements Logger {

    private final Queue<String> all = new ConcurrentLinkedQueue<>();

    long count(String word) {
        return all.stream().filter(line -> line.contains(word)).count();
    }

    /** Whether one line has all of these words. */
    boolean names(String... words) {
        return all.stream().anyMatch(line -> Stream.of(words).allMatch(line::contains));
    }

    @Override
    public String getName() {
        return "chaos";
    }

    @Override
    public boolean isInfoEnabled() {
        return true;
    }

    @Override
    public void info(String line) {
        all.add(line);
    }

    @Override
    public boolean isWarnEnabled() {
        return true;
    }

    @Override
    public void warn(String line) {
        all.add(line);
    }

    @Override
    public boolean isErrorEnabled() {
        return true;
    }

    @Override
    public void error(String line) {
        all.add(line);
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }

    @Override
    public void trace(String line) {}

    @Override
    public void trace(String format, Object... arguments) {}

    @Override
    public void trace(String line, Throwable error) {}

    @Override
    public boolean isDebugEnabled() {
        return false;
    }

    @Override
    public void debug(String line) {}

    @Override
    public void debug(String format, Object... arguments) {}

    @Override
    public void debug(String line, Throwable error) {}

    @Override
    public void info(String format, Object... arguments) {
        all.add(format);
    }

    @Override
    public void info(String line, Throwable error) {
        all.add(line);
    }

    @Override
    public void warn(String format, Object... arguments) {
        all.add(format);
    }

    @Override
    public void warn(String line, Throwable error) {
        all.add(line);
    }

    @Override
    public void error(String format, Object... arguments) {
        all.add(format);
    }

    @Override
    public void error(String line, Throwable error) {
        all.add(line);
    }
}
