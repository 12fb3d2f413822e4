/** Anthropic Messages: requests, answers and streams. Not API. */
@NullMarked
package dev.understudy.provider.anthropic;

import org.jspecify.annotations.NullMarked;
