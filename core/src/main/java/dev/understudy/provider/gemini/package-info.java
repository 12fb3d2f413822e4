/** Gemini generateContent: requests, answers and streams. Not API. */
@NullMarked
package dev.understudy.provider.gemini;

import org.jspecify.annotations.NullMarked;
