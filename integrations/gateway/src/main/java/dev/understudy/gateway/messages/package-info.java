/** Anthropic's Messages API, as clients speak it. */
@NullMarked
package dev.understudy.gateway.messages;

import org.jspecify.annotations.NullMarked;
