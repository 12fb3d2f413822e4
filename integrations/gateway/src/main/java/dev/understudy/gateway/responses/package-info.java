/** OpenAI's Responses API, as clients speak it. */
@NullMarked
package dev.understudy.gateway.responses;

import org.jspecify.annotations.NullMarked;
