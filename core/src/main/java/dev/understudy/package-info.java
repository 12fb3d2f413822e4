/**
 * The walk: how a call survives. {@link dev.understudy.Understudy} is the door; the policies are small records; planner,
 * engine, attempt and decision are hidden behind it. docs/architecture.md follows one call through them.
 */
@NullMarked
package dev.understudy;

import org.jspecify.annotations.NullMarked;
