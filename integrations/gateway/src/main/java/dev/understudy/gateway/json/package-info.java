/** Reads the JSON of requests field by field, and names what is wrong. */
@NullMarked
package dev.understudy.gateway.json;

import org.jspecify.annotations.NullMarked;
