/** Reactor operators: a stateful mapping with demand accounting and timer, and a race of two sources. Not API. */
@NullMarked
package dev.understudy.streaming.operator;

import org.jspecify.annotations.NullMarked;
