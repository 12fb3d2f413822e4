/** Injects faults into a provider under load, and checks that every call is served. */
@NullMarked
package dev.understudy.examples.chaos;

import org.jspecify.annotations.NullMarked;
