package dev.understudy.ops;

import dev.understudy.RateLimits;
import java.util.List;

/** {@link RateLimits}. */
final class LimitKeys {

    private static final Key<Integer> REQUESTS =
            Key.of("requestsPerMinute", Scalars.whole(0), 0, "attempts in a minute; 0 for no limit");
    private static final Key<Integer> TOKENS =
            Key.of("tokensPerMinute", Scalars.whole(0), 0, "tokens of prompt and answer in a minute; 0 for no limit");
    private static final Key<Integer> CONCURRENT =
            Key.of("concurrent", Scalars.whole(0), 0, "attempts at once; 0 for no limit");

    static final Section<RateLimits> SECTION = new Section<>(
            "limits",
            "what a provider may be asked for; over a limit it is skipped",
            List.of(REQUESTS, TOKENS, CONCURRENT),
            said -> new RateLimits(said.get(REQUESTS), said.get(TOKENS), said.get(CONCURRENT)));

    private LimitKeys() {}
}
