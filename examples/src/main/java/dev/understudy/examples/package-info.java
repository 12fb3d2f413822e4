/** Runnable examples, one per file. Each exits with 0 when it went as documented. */
@NullMarked
package dev.understudy.examples;

import org.jspecify.annotations.NullMarked;
