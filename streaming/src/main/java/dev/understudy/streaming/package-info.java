/**
 * Resuming, buffering, measuring and writing of streams. {@link dev.understudy.streaming.ResumingProvider} continues
 * interrupted streams of any provider; the other types collect, buffer, measure and write streams. docs/streaming.md
 * lists the guarantees of each strategy.
 */
@NullMarked
package dev.understudy.streaming;

import org.jspecify.annotations.NullMarked;
