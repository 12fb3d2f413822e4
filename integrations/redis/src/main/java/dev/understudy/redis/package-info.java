/** State of providers, and limits, that instances of an application share through Redis or Valkey. */
@NullMarked
package dev.understudy.redis;

import org.jspecify.annotations.NullMarked;
