/**
 * Exchange of provider state between instances: the {@link dev.understudy.shared.SharedState} interface and its in-process
 * implementation.
 */
@NullMarked
package dev.understudy.shared;

import org.jspecify.annotations.NullMarked;
