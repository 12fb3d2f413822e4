/**
 * Policies of a client, one immutable record each: retries, timeouts, circuits, failover, hedging, limits and selection.
 * Each has {@code defaults()} or {@code none()}, and {@code with…} methods that return a copy.
 */
@NullMarked
package dev.understudy.policy;

import org.jspecify.annotations.NullMarked;
