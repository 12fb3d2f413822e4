package dev.understudy;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What an understudy was told to do: the builder's defaults and what the caller set instead.
 *
 * @param rules how often and how soon
 * @param timeouts how long silence is borne
 * @param reasoning the same, for models that think first
 * @param callTimeout of each call, {@code null} for none
 * @param listener who hears what happens
 * @param time clock and timer
 * @param dice chance
 */
record Policies(
        Rules rules,
        Timeouts timeouts,
        Timeouts reasoning,
        @Nullable Duration callTimeout,
        Listener listener,
        Time time,
        RandomGenerator dice) {}
