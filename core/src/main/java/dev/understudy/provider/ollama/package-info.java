/** Ollama's chat interface: requests, answers and streams. Not API. */
@NullMarked
package dev.understudy.provider.ollama;

import org.jspecify.annotations.NullMarked;
