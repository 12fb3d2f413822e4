/** One Reactor operator that keeps state per subscriber, with its demand accounting and timer. Not API. */
@NullMarked
package dev.understudy.streaming.operator;

import org.jspecify.annotations.NullMarked;
