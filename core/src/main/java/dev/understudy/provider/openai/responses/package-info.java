/** OpenAI Responses: requests, answers, streams and stored answers. Not API. */
@NullMarked
package dev.understudy.provider.openai.responses;

import org.jspecify.annotations.NullMarked;
