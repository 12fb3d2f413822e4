/** OpenAI Chat Completions and compatible servers: requests, answers and streams. Not API. */
@NullMarked
package dev.understudy.provider.openai;

import org.jspecify.annotations.NullMarked;
