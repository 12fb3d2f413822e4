/**
 * One immutable record per policy: retries, timeouts, circuits, failover, hedging, limits and selection. Each has {@code defaults()}
 * and {@code with…} methods.
 */
@NullMarked
package dev.understudy.policy;

import org.jspecify.annotations.NullMarked;
