package dev.understudy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What operators see of an {@link Understudy}'s providers and may do with them at run time: {@link Understudy#control()}.
 * All methods return at once and may be called from any thread; calls in flight go on. A provider is named by {@link
 * dev.understudy.chat.ChatProvider#name()}; a name that is not composed is an {@link IllegalArgumentException}.
 */
public final class UnderstudyControl {

    private final Roster roster;
    private final Overview overview;
    private final Policies policies;

    UnderstudyControl(Roster roster, Overview overview, Policies policies) {
        this.roster = roster;
        this.overview = overview;
        this.policies = policies;
    }

    /** Status of each provider as of now, in the order of composition. */
    public List<Standing> status() {
        return overview.standings();
    }

    /** Retries that this provider may get at once, as of now; infinite without a limit. */
    public double retryTokens(String provider) {
        return roster.named(provider).retryTokens().left(policies.time().nanos());
    }

    /** Makes this provider the active one: the first to be asked, and the one that calls return to after a failover. */
    public void switchTo(String provider) {
        roster.switchTo(provider, policies.time().nanos());
    }

    /**
     * Keeps a provider from being asked, for maintenance.
     *
     * @param duration how long; {@code null} until {@link #release}
     */
    public void hold(String provider, @Nullable Duration duration) {
        roster.named(provider).hold(duration, policies.time().nanos());
        policies.voice().held(provider, null, duration);
    }

    /**
     * Keeps one model of a provider from being asked.
     *
     * @param model in the provider's name for it
     * @param duration how long; {@code null} until {@link #release}
     */
    public void hold(String provider, String model, @Nullable Duration duration) {
        roster.named(provider)
                .circuit(model)
                .forceOpen(duration, policies.time().nanos());
        policies.voice().held(provider, model, duration);
    }

    /** Ends {@link #hold(String, Duration)} of a provider and of all of its models. */
    public void release(String provider) {
        Member member = roster.named(provider);
        member.release();
        policies.voice().released(provider, null);
        member.circuits().forEach((model, circuit) -> {
            circuit.release(policies.time().nanos());
            policies.voice().released(provider, model);
        });
    }
}
