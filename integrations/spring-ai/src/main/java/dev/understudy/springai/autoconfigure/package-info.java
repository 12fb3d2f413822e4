/** Auto-configuration of Spring Boot for Spring AI. */
@NullMarked
package dev.understudy.springai.autoconfigure;

import org.jspecify.annotations.NullMarked;
