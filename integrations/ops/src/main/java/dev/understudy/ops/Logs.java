package dev.understudy.ops;

import dev.understudy.CallContext;
import dev.understudy.CircuitState;
import dev.understudy.Event;
import dev.understudy.Listener;
import dev.understudy.Standing;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Notice;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Writes one line for each event, as {@code key=value} pairs: {@code event=failed_over call=7 from=openai …}. Lines go
 * where Reactor's own go: to SLF4J where it is on the class path, else to {@code java.util.logging}, under the name
 * {@value #NAME}. docs/operate.md lists every line with its level.
 *
 * <p>Never a prompt or an answer, never a key. The words of vendors are left out, because a vendor may quote the prompt in
 * them; {@link #quotingVendors} writes them too. Tags of the {@link CallContext} are written; control characters are escaped,
 * whoever they come from. Thread-safe.
 */
public final class Logs implements Listener {

    static final String NAME = "dev.understudy";

    private final Logger logger;
    private final boolean quotes;
    private final Set<String> failedOver = ConcurrentHashMap.newKeySet();

    private Logs(Logger logger, boolean quotes) {
        this.logger = logger;
        this.quotes = quotes;
    }

    /** Under the usual name. */
    public static Logs create() {
        return to(Loggers.getLogger(NAME));
    }

    public static Logs to(Logger logger) {
        return new Logs(logger, false);
    }

    /** The same, with what vendors say of a failure: keys are taken out of it, but what they quote of a prompt is not. */
    public Logs quotingVendors() {
        return new Logs(logger, true);
    }

    @Override
    public void on(Event event) {
        write(level(event), event);
    }

    private void write(Level level, Event event) {
        if (level == Level.SEVERE) {
            logger.error(line(event));
        } else if (level == Level.WARNING) {
            logger.warn(line(event));
        } else if (level == Level.INFO) {
            if (logger.isInfoEnabled()) {
                logger.info(line(event));
            }
        } else if (logger.isDebugEnabled()) {
            logger.debug(line(event));
        }
    }

    private String line(Event event) {
        return new LoggedEvent(event, quotes).line();
    }

    /** WARNING for what an operator may want to be told, INFO for what explains it, FINE for the rest. */
    private Level level(Event event) {
        if (event instanceof Event.FailedOver over) {
            return failedOver.add(key(over.call())) ? Level.WARNING : Level.INFO;
        }
        if (event instanceof Event.CallServed
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
        return call.door() + call;
    }

    static Level fixed(Event event) {
        if (event instanceof Event.CallFailed failed) {
            return failed.why() instanceof ChatException.Rejected ? Level.WARNING : Level.SEVERE;
        }
        if (event instanceof Event.CircuitMoved moved) {
            return moved.to() == CircuitState.OPEN ? Level.WARNING : Level.INFO;
        }
        if (event instanceof Event.HealthChanged changed) {
            return changed.status() == Standing.Status.UNHEALTHY ? Level.WARNING : Level.INFO;
        }
        if (event instanceof Event.ProviderNotice told) {
            Notice notice = told.notice();
            return notice instanceof Notice.KeyGated
                    ? Level.WARNING
                    : notice instanceof Notice.Adapted ? Level.INFO : Level.FINE;
        }
        if (event instanceof Event.TookOver
                || event instanceof Event.TakeoverFailed
                || event instanceof Event.ActiveMoved
                || event instanceof Event.WarmupFailed
                || event instanceof Event.FailedOver) {
            return Level.WARNING;
        }
        if (event instanceof Event.AnswerLost) {
            return Level.SEVERE;
        }
        boolean tells = event instanceof Event.Retrying
                || event instanceof Event.Hedged
                || event instanceof Event.Trimmed
                || event instanceof Event.Administered;
        return tells ? Level.INFO : Level.FINE;
    }
}
