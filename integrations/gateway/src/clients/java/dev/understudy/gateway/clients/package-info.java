/** The gateway called by client libraries for Java, unmodified; only in the profile {@code clients}. */
@NullMarked
package dev.understudy.gateway.clients;

import org.jspecify.annotations.NullMarked;
