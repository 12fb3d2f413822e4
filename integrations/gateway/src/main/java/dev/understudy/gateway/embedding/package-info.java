/** Embeddings, passed through to servers of OpenAI's API that serve one model, with failover among them. */
@NullMarked
package dev.understudy.gateway.embedding;

import org.jspecify.annotations.NullMarked;
