package dev.understudy.shared;

import dev.understudy.chat.FailureKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Exchange of provider state between instances of an application: cooldowns, open circuits, operators' holds, the active
 * provider, and what was taken from rate limits. An understudy decides by its own knowledge, at once and without a remote
 * call; updates of other instances are added to that as they arrive. Updates may therefore be late, duplicated, out of
 * order or lost: calls go on, and an instance learns of a change later.
 *
 * <p>Understudies that share state must use equal names for equal things: provider and model names everywhere, and the
 * name of the understudy for the active provider. Not shared: API keys (each instance meets a cooling key at most once and
 * takes the next), samples of latency and failures, and the number of concurrent calls.
 *
 * <p>{@link #inMemory()} connects the understudies of one process, for example the old and the new one when a
 * configuration is reloaded. An implementation over a message broker or a data store sends each published message and
 * emits each received one; it may keep the last update of each {@link Update#key} until {@link Update#until}, and add up
 * {@link LimitSpent}.
 */
public interface SharedState {

    /**
     * Sends a message to all instances. Must return at once and must not block; exceptions are dropped.
     *
     * @param message the message
     */
    void publish(Message message);

    /**
     * Emits messages, those of the subscriber itself included: first the updates in force at subscription, then new ones.
     * An understudy subscribes when it is built, cancels when it is closed, and subscribes again after a delay when the
     * stream completes or fails.
     *
     * @return the messages; never completes by itself
     */
    Flux<Message> updates();

    /**
     * Returns the rule by which understudies adopt what failures in other instances caused: open circuits, and automatic
     * changes of the active provider. Holds, cooldowns and the choices of operators are always adopted.
     *
     * @return the rule; {@link Adoption#always()} by default
     */
    default Adoption adoption() {
        return Adoption.ALWAYS;
    }

    /**
     * Returns a shared state that shares nothing; the default.
     *
     * @return the shared state, always one object
     */
    static SharedState none() {
        return InMemorySharedState.NONE;
    }

    /**
     * Returns a new shared state for all understudies of this process that are built with it.
     *
     * @return the shared state
     */
    static SharedState inMemory() {
        return new InMemorySharedState();
    }

    /**
     * One update with its sender.
     *
     * @param source identifies one understudy of one instance; each ignores its own messages
     * @param update the change
     */
    record Message(String source, Update update) {}

    /**
     * When an understudy adopts an open circuit, or an automatic change of the active provider, of other instances. A quorum
     * above 1 keeps one instance with a broken network from taking a provider away from all others.
     *
     * @param quorum number of instances that must report it, 1 or more. Instances are told apart by the part of {@link
     *     Message#source} before the first {@code /}
     * @param afterOwnFailure true if one report is enough for an instance whose own last call there failed, or whose next
     *     one does
     */
    record Adoption(int quorum, boolean afterOwnFailure) {

        private static final Adoption ALWAYS = new Adoption(1, false);

        /**
         * Checks the quorum.
         *
         * @param quorum number of instances that must report it
         * @param afterOwnFailure true if one report is enough after an own failure
         * @throws IllegalArgumentException if the quorum is less than 1
         */
        public Adoption {
            if (quorum < 1) {
                throw new IllegalArgumentException("A quorum is 1 or more: " + quorum);
            }
        }

        /**
         * Returns the rule that adopts every report.
         *
         * @return the rule
         */
        public static Adoption always() {
            return ALWAYS;
        }

        /**
         * Returns the rule that adopts what this many instances report, or one of them after an own failure.
         *
         * @param quorum number of instances, 1 or more
         * @return the rule
         */
        public static Adoption quorum(int quorum) {
            return new Adoption(quorum, true);
        }

        /**
         * Decides about a report.
         *
         * @param instances number of other instances whose report is in force
         * @param failedHere true if the last call of this instance there failed
         * @return true if it is adopted
         */
        public boolean adopts(int instances, boolean failedHere) {
            return instances >= quorum || (instances > 0 && afterOwnFailure && failedHere);
        }
    }

    /** One change of provider state. */
    sealed interface Update {

        /**
         * Identifies the subject: a later update with an equal key replaces this one.
         *
         * @return the key; {@code null} if updates add up
         */
        @Nullable
        String key();

        /**
         * Returns the instant when the update expires.
         *
         * @return the instant; {@code null} for never, or at once if it ends an earlier update
         */
        default @Nullable Instant until() {
            return null;
        }
    }

    /**
     * A vendor asked not to be called for this model until an instant.
     *
     * @param provider name of the provider
     * @param model name of the model
     * @param kind kind of the failure that said so
     * @param until the instant from which the model may be called again
     */
    record CooldownStarted(String provider, String model, FailureKind kind, Instant until) implements Update {
        @Override
        public String key() {
            return "cooldown/" + provider + "/" + model;
        }
    }

    /**
     * A call of a cooling model succeeded.
     *
     * @param provider name of the provider
     * @param model name of the model
     */
    record CooldownEnded(String provider, String model) implements Update {
        @Override
        public String key() {
            return "cooldown/" + provider + "/" + model;
        }
    }

    /**
     * Failures opened a circuit.
     *
     * @param provider name of the provider
     * @param model name of the model
     * @param cause the rule of the circuit that was broken, in words
     * @param until the instant from which a trial may be made
     */
    record CircuitOpened(String provider, String model, String cause, Instant until) implements Update {
        @Override
        public String key() {
            return "circuit/" + provider + "/" + model;
        }
    }

    /**
     * A trial succeeded. Another instance whose circuit is open makes its own trial with its next call.
     *
     * @param provider name of the provider
     * @param model name of the model
     */
    record CircuitClosed(String provider, String model) implements Update {
        @Override
        public String key() {
            return "circuit/" + provider + "/" + model;
        }
    }

    /**
     * An operator holds a provider.
     *
     * @param provider name of the provider
     * @param model the one model that is held, {@code null} for all
     * @param until {@code null} until it is released
     */
    record HoldStarted(
            String provider,
            @Nullable String model,
            @Nullable Instant until) implements Update {
        @Override
        public String key() {
            return "hold/" + provider + (model == null ? "" : "/" + model);
        }
    }

    /**
     * An operator released a provider or one of its models.
     *
     * @param provider name of the provider
     * @param model name of the model, {@code null} for all
     */
    record HoldEnded(String provider, @Nullable String model) implements Update {
        @Override
        public String key() {
            return "hold/" + provider + (model == null ? "" : "/" + model);
        }
    }

    /**
     * The active provider changed.
     *
     * @param understudy name of the understudies that this is for
     * @param provider name of the provider that is asked first from now on
     * @param manual true if an operator chose it: then it is also the primary that understudies return to
     */
    record ActiveProvider(String understudy, String provider, boolean manual) implements Update {
        @Override
        public String key() {
            return "active/" + understudy;
        }
    }

    /**
     * Requests and tokens taken from the limits per minute of a provider; negative numbers give back.
     *
     * @param provider name of the provider
     * @param requests the number of requests
     * @param tokens the number of tokens
     */
    record LimitSpent(String provider, int requests, int tokens) implements Update {
        @Override
        public @Nullable String key() {
            return null;
        }
    }
}
