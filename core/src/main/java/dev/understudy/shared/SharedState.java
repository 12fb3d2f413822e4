package dev.understudy.shared;

import dev.understudy.chat.FailureKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * How several instances of an application tell each other how providers stand: which are rate limited, whose circuit
 * opened, who is active, what was spent. A door decides by what it knows itself, at once and without asking anybody; what
 * others tell is added to that as it comes. So words may be late, doubled, out of order or lost: calls go on, and only
 * learn later what another instance knew.
 *
 * <p>Doors that share must mean the same by the same names: provider and model names everywhere, and the door's own name
 * for the active provider. Not shared: keys (each instance meets a gated one at most once and leases the next), samples
 * of latency and failures, and how many calls run at once.
 *
 * <p>{@link #inMemory()} joins the doors of one process, for example the old and the new one when a configuration is
 * changed. An implementation over a message broker or a data store sends what is told and emits what it receives; it may
 * keep the last word for each {@link Word#key} until {@link Word#until}, and sum up what is {@link Spent}.
 */
public interface SharedState {

    /** Passes it on. Must return at once and must not block; what it throws is dropped. */
    void tell(Told told);

    /**
     * What is told, one's own words included: first what holds at the time of subscription, then what comes. A door
     * subscribes when it is built, cancels when it is closed, and subscribes again after a pause when this ends or fails.
     */
    Flux<Told> heard();

    /** Each door for itself; the default. */
    static SharedState none() {
        return InMemorySharedState.NONE;
    }

    /** Between all doors that are built with the same object. */
    static SharedState inMemory() {
        return new InMemorySharedState();
    }

    /**
     * @param from which door of which instance; each ignores its own words
     * @param word what it says
     */
    record Told(String from, Word word) {}

    /** One thing that is known. */
    sealed interface Word {

        /** What it is about: a later word with the same key replaces it. {@code null} if each word counts. */
        @Nullable
        String key();

        /** When it is over by itself; {@code null} for never, or at once if it takes something back. */
        default @Nullable Instant until() {
            return null;
        }
    }

    /** A provider said that this model should not be asked for a while. */
    record Gated(String provider, String model, FailureKind why, Instant until) implements Word {
        @Override
        public String key() {
            return "gate/" + provider + "/" + model;
        }
    }

    /** It answers again. */
    record Ungated(String provider, String model) implements Word {
        @Override
        public String key() {
            return "gate/" + provider + "/" + model;
        }
    }

    /** A circuit opened by failures; a trial may be made at this instant. */
    record Opened(String provider, String model, String why, Instant until) implements Word {
        @Override
        public String key() {
            return "circuit/" + provider + "/" + model;
        }
    }

    /** A trial succeeded. Another instance's open circuit makes its own trial with the next call. */
    record Closed(String provider, String model) implements Word {
        @Override
        public String key() {
            return "circuit/" + provider + "/" + model;
        }
    }

    /**
     * An operator holds a provider back.
     *
     * @param model only this model of it, {@code null} for all
     * @param until {@code null} until it is released
     */
    record Held(
            String provider,
            @Nullable String model,
            @Nullable Instant until) implements Word {
        @Override
        public String key() {
            return "held/" + provider + (model == null ? "" : "/" + model);
        }
    }

    /** An operator releases it. */
    record Released(String provider, @Nullable String model) implements Word {
        @Override
        public String key() {
            return "held/" + provider + (model == null ? "" : "/" + model);
        }
    }

    /**
     * Another provider is asked first.
     *
     * @param door the name of the doors that this is for
     * @param byHand whether it is returned to from now on
     */
    record Active(String door, String provider, boolean byHand) implements Word {
        @Override
        public String key() {
            return "active/" + door;
        }
    }

    /** Taken from the limits per minute; negative gives back. */
    record Spent(String provider, int requests, int tokens) implements Word {
        @Override
        public @Nullable String key() {
            return null;
        }
    }
}
