/** Log lines of events, as SLF4J key-value pairs or logfmt text. */
@NullMarked
package dev.understudy.ops.log;

import org.jspecify.annotations.NullMarked;
