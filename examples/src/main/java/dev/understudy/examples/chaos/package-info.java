/** Breaks a provider over and over under load, and proves that nobody noticed. */
@NullMarked
package dev.understudy.examples.chaos;

import org.jspecify.annotations.NullMarked;
