/** Configuration documents: reading, validation with precise errors, JSON Schema. */
@NullMarked
package dev.understudy.ops.config;

import org.jspecify.annotations.NullMarked;
