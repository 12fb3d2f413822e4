package dev.understudy.ops;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.util.Logger;

/** A logger that remembers: "WARN event=…". */
public final class Lines {

    private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR");

    public final List<String> all = new CopyOnWriteArrayList<>();

    public Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (self, method, args) -> {
                    String level = method.getName().toUpperCase(Locale.ROOT);
                    if (LEVELS.contains(level)) {
                        all.add(level + " " + args[0]);
                    }
                    return method.getReturnType() == boolean.class ? true : null;
                });
    }

    /** Of this event. */
    public List<String> of(String event) {
        List<String> some = new ArrayList<>(all);
        some.removeIf(line -> !(line + " ").contains(" event=" + event + " "));
        return some;
    }
}
