package dev.understudy.guard;

import java.util.function.BooleanSupplier;
import reactor.util.context.ContextView;

/**
 * Tells the transport of one attempt whether a request may be sent once more: not before a time that the vendor named
 * meanwhile, and not while an operator holds the provider. Passed in the Reactor context under its class. Thread-safe; never
 * blocks.
 *
 * @param allowed returns true if the request may be sent now
 */
public record ResendCheck(BooleanSupplier allowed) {

    private static final ResendCheck ALWAYS = new ResendCheck(() -> true);

    /** Returns true if the attempt of this context allows it; without an attempt, always. */
    public static boolean isAllowed(ContextView context) {
        ResendCheck check = context.getOrDefault(ResendCheck.class, ALWAYS);
        return check == null || check.allowed.getAsBoolean();
    }
}
