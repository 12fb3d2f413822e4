/**
 * Streams that outlive their readers. {@link dev.understudy.streaming.kept.KeptStreams} keeps the chunks of an answer in a
 * {@link dev.understudy.streaming.kept.KeptStreamStore}, so that a reader that lost its connection continues where it
 * stopped, on this or another instance. docs/kept_streams.md describes limits, leases and costs.
 */
@NullMarked
package dev.understudy.streaming.kept;

import org.jspecify.annotations.NullMarked;
