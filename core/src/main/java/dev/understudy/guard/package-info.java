/**
 * State machines that may refuse an attempt: circuit breaker, rate limiter, retry budget and provider health. They know neither
 * Reactor nor a scheduler: time and random values are arguments. Not API.
 */
@NullMarked
package dev.understudy.guard;

import org.jspecify.annotations.NullMarked;
