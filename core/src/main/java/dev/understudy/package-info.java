/**
 * The walk: how a call survives. {@link dev.understudy.Understudy} is the door; the policies are small records; planner,
 * engine, attempt and decision are hidden behind it. docs/path.md follows one request through them.
 */
@NullMarked
package dev.understudy;

import org.jspecify.annotations.NullMarked;
