/** Extension points of the auto-configuration for Spring Boot. */
@NullMarked
package dev.understudy.spring.boot;

import org.jspecify.annotations.NullMarked;
