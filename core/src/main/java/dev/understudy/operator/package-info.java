/** Reactor operators that several packages use. Not API. */
@NullMarked
package dev.understudy.operator;

import org.jspecify.annotations.NullMarked;
