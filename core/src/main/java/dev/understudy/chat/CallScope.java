package dev.understudy.chat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What the attempts of one call share, handed to providers in the Reactor Context: a place to keep what need not be
 * made twice, and an ear for what happens inside a provider.
 */
public final class CallScope {

    private static final CallScope NONE = reportingTo(providerEvent -> {});

    private final Consumer<ProviderEvent> ear;
    private final Map<Object, Object> kept;
    private final boolean ignoresRetryAfter;

    private CallScope(Consumer<ProviderEvent> ear, Map<Object, Object> kept, boolean insists) {
        this.ear = ear;
        this.kept = kept;
        this.ignoresRetryAfter = insists;
    }

    /** A scope for one call; {@code ear} hears what providers report, on their threads, and must not throw. */
    public static CallScope reportingTo(Consumer<ProviderEvent> ear) {
        return new CallScope(ear, new ConcurrentHashMap<>(4), false);
    }

    /** The scope of the call in progress, or one that keeps and hears nothing. */
    public static CallScope of(ContextView context) {
        return context.hasKey(CallScope.class) ? context.get(CallScope.class) : NONE;
    }

    /** The same scope for an attempt whose caller has waited as long as it will. */
    public CallScope ignoringRetryAfter() {
        return new CallScope(ear, kept, true);
    }

    /** Whether to ask all the same, although the vendor wanted to be left alone for longer. */
    public boolean ignoresRetryAfter() {
        return ignoresRetryAfter;
    }

    public Context in(Context context) {
        return context.put(CallScope.class, this);
    }

    /** Tells what happened inside a provider. */
    public void report(ProviderEvent providerEvent) {
        ear.accept(providerEvent);
    }

    /** Makes something once in a call, and gives the same again to every later attempt that asks with an equal key. */
    public <T> T computeOnce(Object key, Class<T> type, Supplier<T> make) {
        if (this == NONE) {
            return make.get();
        }
        Object existing = kept.get(key);
        if (existing != null) {
            return type.cast(existing);
        }
        T made = make.get();
        Object raced = kept.putIfAbsent(key, made);
        return raced == null ? made : type.cast(raced);
    }
}
