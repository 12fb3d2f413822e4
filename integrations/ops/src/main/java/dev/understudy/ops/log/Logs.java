package dev.understudy.ops.log;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.ProviderStatus;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Writes one line for each event, as {@code key=value} pairs: {@code event=failed_over call=7 from=openai …}. Lines go to
 * SLF4J 2 where it is on the class path, and carry the same pairs as its key-values, so that structured logs have a field
 * for each; else they go where Reactor's own go, as text. The logger is named {@value #NAME}. docs/operate.md lists every
 * line with its level.
 *
 * <p>Never a prompt or an answer, never a key. The words of vendors are left out, because a vendor may quote the prompt in
 * them; {@link #quotingVendors} writes them too. Tags of the {@link CallContext} are written; control characters are escaped,
 * whoever they come from. Thread-safe.
 */
public final class Logs implements Listener {

    static final String NAME = "dev.understudy";

    private final LogSink sink;
    private final boolean quotes;
    private final Set<String> failedOver = ConcurrentHashMap.newKeySet();

    private Logs(LogSink sink, boolean quotes) {
        this.sink = sink;
        this.quotes = quotes;
    }

    /** Writes to the logger {@value #NAME}. */
    public static Logs create() {
        return hasSlf4j() ? to(Slf4jLogSink.named(NAME)) : to(Loggers.getLogger(NAME));
    }

    /** Writes to this logger, as text. */
    public static Logs to(Logger logger) {
        return to(LogSink.text(logger));
    }

    /** Whether SLF4J 2 is on the class path. */
    private static boolean hasSlf4j() {
        try {
            Class.forName("org.slf4j.spi.LoggingEventBuilder", false, Logs.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    static Logs to(LogSink sink) {
        return new Logs(sink, false);
    }

    /** The same, with what vendors say of a failure: keys are taken out of it, but what they quote of a prompt is not. */
    public Logs quotingVendors() {
        return new Logs(sink, true);
    }

    @Override
    public void on(Event event) {
        Level level = level(event);
        if (sink.isEnabled(level)) {
            sink.log(level, new LogFields(event, quotes).line());
        }
    }

    /** WARNING for what an operator may want to be told, INFO for what explains it, FINE for the rest. */
    private Level level(Event event) {
        if (event instanceof Event.FailedOver over) {
            return failedOver.add(key(over.call())) ? Level.WARNING : Level.INFO;
        }
        if (event instanceof Event.CallSucceeded
                || event instanceof Event.CallCancelled
                || event instanceof Event.CallFailed) {
            if (!failedOver.isEmpty() && event.call() != null) {
                failedOver.remove(key(event.call()));
            }
        }
        return fixed(event);
    }

    /** How many calls in progress have failed over. */
    int remembered() {
        return failedOver.size();
    }

    private static String key(Event.CallId call) {
        return call.understudy() + call;
    }

    static Level fixed(Event event) {
        if (event instanceof Event.CallFailed failed) {
            return failed.error() instanceof ChatException.Rejected ? Level.WARNING : Level.SEVERE;
        }
        if (event instanceof Event.CircuitStateChanged moved) {
            return moved.to() == ProviderStatus.CircuitState.OPEN ? Level.WARNING : Level.INFO;
        }
        if (event instanceof Event.HealthChanged changed) {
            return changed.health() == ProviderStatus.Health.UNHEALTHY ? Level.WARNING : Level.INFO;
        }
        if (event instanceof Event.ProviderReported told) {
            ProviderEvent providerEvent = told.providerEvent();
            return providerEvent instanceof ProviderEvent.KeyCoolingDown
                    ? Level.WARNING
                    : providerEvent instanceof ProviderEvent.RequestAdapted ? Level.INFO : Level.FINE;
        }
        if (event instanceof Event.StreamTakenOver
                || event instanceof Event.TakeoverFailed
                || event instanceof Event.ActiveProviderChanged
                || event instanceof Event.WarmupFailed
                || event instanceof Event.FailedOver) {
            return Level.WARNING;
        }
        if (event instanceof Event.StreamLost) {
            return Level.SEVERE;
        }
        boolean tells = event instanceof Event.Retrying
                || event instanceof Event.Hedged
                || event instanceof Event.Trimmed
                || event instanceof Event.OperatorAction;
        return tells ? Level.INFO : Level.FINE;
    }
}
