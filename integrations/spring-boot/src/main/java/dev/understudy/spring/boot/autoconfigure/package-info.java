/** Auto-configuration for Spring Boot: agents from {@code understudy.*} properties, with everything around them. */
@NullMarked
package dev.understudy.spring.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
