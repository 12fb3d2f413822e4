package dev.understudy.ops;

import dev.understudy.Hedging;
import java.time.Duration;
import java.util.List;

/** {@link Hedging}. */
final class HedgingKeys {

    private static final Hedging USUAL = Hedging.off();

    private static final Key<Boolean> ENABLED = Key.of(
            "enabled", Scalars.FLAG, USUAL.enabled(), "whether a second provider is asked when the first is slow");
    private static final Key<Double> PERCENTILE = Key.of(
            "percentile",
            Scalars.number("(0,1)", "between 0 and 1"),
            USUAL.percentile(),
            "slower than this share of the provider's last hundred calls");
    private static final Key<Duration> AT_LEAST =
            Key.of("atLeast", Scalars.PAUSE, USUAL.atLeast(), "never earlier than this");
    private static final Key<Double> MAX_EXTRA = Key.of(
            "maxExtra",
            Scalars.number("(0,1]", "above 0 and at most 1"),
            USUAL.maxExtra(),
            "hedges as a share of all calls");

    static final Section<Hedging> SECTION = new Section<>(
            "hedging",
            "whether a second provider is asked when the first is slow; each hedge may be billed",
            List.of(ENABLED, PERCENTILE, AT_LEAST, MAX_EXTRA),
            said -> new Hedging(said.get(ENABLED), said.get(PERCENTILE), said.get(AT_LEAST), said.get(MAX_EXTRA)));

    private HedgingKeys() {}
}
