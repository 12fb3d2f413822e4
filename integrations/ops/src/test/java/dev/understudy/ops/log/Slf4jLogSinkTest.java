package dev.understudy.ops.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.understudy.event.Event;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.spi.LoggingEventAware;

class Slf4jLogSinkTest {

    private static final Event SWITCHED =
            new Event.ActiveProviderChanged("support", "a", "b", "switched by \"hand\"\n");

    private final List<LoggingEvent> events = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();

    /** A backend that knows key-values, as Logback does, or one that knows messages only. */
    private Logger logger(boolean keyValues, boolean debug) {
        Class<?>[] types =
                keyValues ? new Class<?>[] {Logger.class, LoggingEventAware.class} : new Class<?>[] {Logger.class};
        return (Logger) Proxy.newProxyInstance(Logger.class.getClassLoader(), types, (self, method, args) -> {
            if (method.isDefault()) {
                return InvocationHandler.invokeDefault(self, method, args);
            }
            if (method.getName().equals("log")) {
                events.add((LoggingEvent) args[0]);
            } else if (method.getReturnType() == void.class) {
                messages.add(method.getName() + " " + args[0]);
            }
            return method.getReturnType() == boolean.class
                    ? debug || !method.getName().contains("Debug")
                    : null;
        });
    }

    @Test
    void pairsAreFieldsOfTheLoggingEvent() {
        Logs.to(new Slf4jLogSink(logger(true, true))).on(SWITCHED);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getMessage())
                    .isEqualTo(
                            "event=active_provider_changed understudy=support from=a to=b reason=\"switched by \\\"hand\\\"\\u000a\"");
            assertThat(event.getKeyValuePairs())
                    .extracting(pair -> pair.key, pair -> pair.value)
                    .containsExactly(
                            tuple("event", "active_provider_changed"),
                            tuple("understudy", "support"),
                            tuple("from", "a"),
                            tuple("to", "b"),
                            tuple("reason", "switched by \"hand\"\\u000a"));
        });
    }

    @Test
    void numbersStayNumbers() {
        Event.CallId call = new Event.CallId(7, "support", "m", true, Map.of("task", "summary"));
        Logs.to(new Slf4jLogSink(logger(true, true))).on(new Event.CallCancelled(call, Duration.ofMillis(1500)));
        assertThat(events).singleElement().satisfies(event -> assertThat(event.getKeyValuePairs())
                .extracting(pair -> pair.key, pair -> pair.value)
                .contains(tuple("call", 7L), tuple("took_ms", 1500L), tuple("tag.task", "summary")));
    }

    @Test
    void aBackendWithoutKeyValuesGetsTheTextOnce() {
        Logs.to(new Slf4jLogSink(logger(false, true))).on(SWITCHED);
        assertThat(events).isEmpty();
        assertThat(messages)
                .singleElement()
                .asString()
                .startsWith("warn event=active_provider_changed understudy=support");
    }

    @Test
    void aDisabledLevelIsNotFormatted() {
        Event.CallId call = new Event.CallId(7, "support", "m", true, Map.of());
        Logs.to(new Slf4jLogSink(logger(true, false))).on(new Event.CallCancelled(call, Duration.ZERO));
        assertThat(events).isEmpty();
    }
}
