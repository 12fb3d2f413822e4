/**
 * The vendors: how each one speaks. One public factory, {@link dev.understudy.provider.Providers}; one hidden class per
 * dialect; one HTTP transport under all of them.
 */
@NullMarked
package dev.understudy.provider;

import org.jspecify.annotations.NullMarked;
