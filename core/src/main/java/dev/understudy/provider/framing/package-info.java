/** Splits response bytes into events: server-sent events, JSON values, and AWS event streams. Not API. */
@NullMarked
package dev.understudy.provider.framing;

import org.jspecify.annotations.NullMarked;
