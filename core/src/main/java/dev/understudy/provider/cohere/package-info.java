/** Cohere Chat v2: requests, answers and streams. Not API. */
@NullMarked
package dev.understudy.provider.cohere;

import org.jspecify.annotations.NullMarked;
