/** The interface that every vendor's dialect implements, and the parts that dialects share. Not API. */
@NullMarked
package dev.understudy.provider.dialect;

import org.jspecify.annotations.NullMarked;
