/**
 * One call: planner, engine, attempt, commit, watchdog, hedge and decision. Not API: used by {@link dev.understudy} only.
 */
@NullMarked
package dev.understudy.call;

import org.jspecify.annotations.NullMarked;
