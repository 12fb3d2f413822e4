/** Streams that outlive the connections of their readers: what is kept of them, and how it becomes events again. */
@NullMarked
package dev.understudy.gateway.kept;

import org.jspecify.annotations.NullMarked;
