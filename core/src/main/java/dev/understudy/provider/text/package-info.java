/** Text that leaves the process: redaction of keys and tokens, and model names as URL path segments. Not API. */
@NullMarked
package dev.understudy.provider.text;

import org.jspecify.annotations.NullMarked;
