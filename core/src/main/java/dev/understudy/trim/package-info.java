/**
 * Trimming of conversations that exceed a context window, and windows learned from refusals. Pure functions over requests. Not
 * API.
 */
@NullMarked
package dev.understudy.trim;

import org.jspecify.annotations.NullMarked;
