/** Configuration documents: keys and their types, parsing, validation with the position of each error, JSON Schema. Not API. */
@NullMarked
package dev.understudy.ops.config;

import org.jspecify.annotations.NullMarked;
