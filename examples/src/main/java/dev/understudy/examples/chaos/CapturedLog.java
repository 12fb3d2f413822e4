package dev.understudy.examples.chaos;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.util.Logger;

/** Captures log lines at INFO and above. */
final class CapturedLog {

    private static final Set<String> LEVELS = Set.of("info", "warn", "error");

    private final Queue<String> all = new ConcurrentLinkedQueue<>();

    Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                CapturedLog.class.getClassLoader(),
                new Class<?>[] {Logger.class},
                (logger, method, said) -> method.getReturnType() == void.class ? write(method, said) : answer(method));
    }

    private @Nullable Object write(Method method, Object[] said) {
        if (LEVELS.contains(method.getName())) {
            all.add(String.valueOf(said[0]));
        }
        return null;
    }

    private static Object answer(Method method) {
        return method.getReturnType() == String.class
                ? "chaos"
                : (Object) !Set.of("isTraceEnabled", "isDebugEnabled").contains(method.getName());
    }

    long count(String word) {
        return all.stream().filter(line -> line.contains(word)).count();
    }

    /** Returns {@code true} if one line contains all of these words. */
    boolean names(String... words) {
        return all.stream().anyMatch(line -> Stream.of(words).allMatch(line::contains));
    }
}
