/** JSON reader over the bytes of an event, and JSON writer. Not API. */
@NullMarked
package dev.understudy.provider.json;

import org.jspecify.annotations.NullMarked;
