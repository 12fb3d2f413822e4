/** Micrometer meters and observations of calls, attempts and providers. */
@NullMarked
package dev.understudy.ops.metrics;

import org.jspecify.annotations.NullMarked;
