/**
 * Running it: configuration without code, and what an operator sees and does.
 */
@NullMarked
package dev.understudy.ops;

import org.jspecify.annotations.NullMarked;
