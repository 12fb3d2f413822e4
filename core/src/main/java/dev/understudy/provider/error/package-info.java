/** Classification of vendors' error bodies, codes and headers into failures. Not API. */
@NullMarked
package dev.understudy.provider.error;

import org.jspecify.annotations.NullMarked;
