/** An application of Spring Boot that streams answers to a page in the browser. */
@NullMarked
package dev.understudy.examples.webflux;

import org.jspecify.annotations.NullMarked;
