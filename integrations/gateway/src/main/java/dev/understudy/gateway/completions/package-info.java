/** OpenAI's Chat Completions API, as clients speak it. */
@NullMarked
package dev.understudy.gateway.completions;

import org.jspecify.annotations.NullMarked;
