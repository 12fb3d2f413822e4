/**
 * A long answer: how an opened stream survives, and how it is handed on. {@link
 * dev.understudy.streaming.ResumingProvider} keeps a stream alive over any provider; the other types collect, hold,
 * measure and write streams. docs/streaming.md tells what is exact and what is not.
 */
@NullMarked
package dev.understudy.streaming;

import org.jspecify.annotations.NullMarked;
