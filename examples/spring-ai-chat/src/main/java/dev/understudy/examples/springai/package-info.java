/** A chat application on Spring AI whose vendors may fail. */
@NullMarked
package dev.understudy.examples.springai;

import org.jspecify.annotations.NullMarked;
