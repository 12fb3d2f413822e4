/**
 * Running it: configuration, what operators see, and what they can do. Nothing else in the library depends on this
 * package.
 */
@NullMarked
package dev.understudy.ops;

import org.jspecify.annotations.NullMarked;
