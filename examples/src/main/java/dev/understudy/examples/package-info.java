/** One runnable story per file. Each ends by itself, with 0 when it went as told. */
@NullMarked
package dev.understudy.examples;

import org.jspecify.annotations.NullMarked;
