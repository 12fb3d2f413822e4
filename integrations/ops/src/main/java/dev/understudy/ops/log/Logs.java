package dev.understudy.ops.log;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.ProviderStatus;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Logs one line for each event, as {@code key=value} pairs: {@code event=failed_over call=7 from=openai …}. With
 * SLF4J 2 on the class path the pairs are also key-values of the logging event, so that structured logs have fields;
 * otherwise lines go to {@code reactor.util.Loggers} as text. The logger is named {@value #NAME}. docs/operate.md
 * lists every line with its level.
 *
 * <p>Prompts, answers and API keys are never logged. Vendors' messages are omitted, because they may quote the
 * prompt; {@link #withVendorMessages} includes them. Tags of the {@link CallContext} are logged, and control characters
 * in all values are escaped. Thread-safe.
 */
public final class Logs implements Listener {

    static final String NAME = "dev.understudy";

    private final LogSink sink;
    private final boolean vendorText;
    private final LongSupplier nanos;
    private final Set<String> failedOver = ConcurrentHashMap.newKeySet();
    private final OutageLog outages;

    private Logs(LogSink sink, boolean vendorText, LongSupplier nanos) {
        this.sink = sink;
        this.vendorText = vendorText;
        this.nanos = nanos;
        this.outages = new OutageLog(nanos);
    }

    /**
     * Writes to the logger {@value #NAME}.
     *
     * @return the listener
     */
    public static Logs create() {
        return hasSlf4j() ? to(Slf4jLogSink.named(NAME)) : to(Loggers.getLogger(NAME));
    }

    /**
     * Writes to this logger, as text.
     *
     * @param logger receives the lines
     * @return the listener
     */
    public static Logs to(Logger logger) {
        return to(LogSink.text(logger));
    }

    /** Returns {@code true} if SLF4J 2 is on the class path. */
    private static boolean hasSlf4j() {
        try {
            Class.forName("org.slf4j.spi.LoggingEventBuilder", false, Logs.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    static Logs to(LogSink sink) {
        return new Logs(sink, false, System::nanoTime);
    }

    /**
     * Returns a copy that includes vendors' messages of failures. API keys are redacted from them; quotations of a
     * prompt are not.
     *
     * @return a copy
     */
    public Logs withVendorMessages() {
        return new Logs(sink, true, nanos);
    }

    /** Returns a copy that reads the time of outages from this monotonic clock. */
    Logs withClock(LongSupplier nanos) {
        return new Logs(sink, vendorText, nanos);
    }

    @Override
    public void on(Event event) {
        Level level = level(event);
        if (sink.isEnabled(level)) {
            sink.log(level, new LogFields(event, vendorText).line());
        }
        if (event instanceof Event.CallSucceeded succeeded) {
            Logfmt outage = outages.on(succeeded);
            if (outage != null && sink.isEnabled(Level.INFO)) {
                sink.log(Level.INFO, outage);
            }
        }
    }

    /**
     * Levels: WARNING for what may need an operator's attention, INFO for its explanation, FINE for the rest, and for
     * the failovers of an outage, which has lines of its own.
     */
    private Level level(Event event) {
        if (event instanceof Event.FailedOver over) {
            if (outages.isOpen(over.understudy(), over.from().provider())) {
                return Level.FINE;
            }
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

    /** Returns the number of calls in progress that have failed over. */
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
        if (event instanceof Event.CircuitStateChanged changed) {
            return changed.to() == ProviderStatus.CircuitState.OPEN ? Level.WARNING : Level.INFO;
        }
        if (event instanceof Event.HealthChanged changed) {
            return changed.health() == ProviderStatus.Health.UNHEALTHY ? Level.WARNING : Level.INFO;
        }
        if (event instanceof Event.ProviderReported reported) {
            ProviderEvent providerEvent = reported.providerEvent();
            return providerEvent instanceof ProviderEvent.KeyCoolingDown
                    ? Level.WARNING
                    : providerEvent instanceof ProviderEvent.RequestAdapted ? Level.INFO : Level.FINE;
        }
        if (event instanceof Event.StreamTakenOver
                || event instanceof Event.TakeoverFailed
                || event instanceof Event.ActiveProviderChanged
                || event instanceof Event.WarmupFailed
                || event instanceof Event.ModelRetiring
                || event instanceof Event.FailedOver) {
            return Level.WARNING;
        }
        if (event instanceof Event.StreamLost) {
            return Level.SEVERE;
        }
        boolean informs = event instanceof Event.Retrying
                || event instanceof Event.Hedged
                || event instanceof Event.Trimmed
                || event instanceof Event.HoldChanged
                || event instanceof Event.OperatorAction;
        return informs ? Level.INFO : Level.FINE;
    }
}
