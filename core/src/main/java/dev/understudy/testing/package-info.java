/**
 * A stage to rehearse on: providers that do what a script says, so that a failover can be seen before it is needed.
 *
 * <p>{@link dev.understudy.testing.ScriptedProvider} plays in memory and in virtual time, one {@link
 * dev.understudy.testing.ScriptedAnswer} for each call. {@link dev.understudy.testing.ScriptedServer} plays on real sockets of the
 * loopback interface, in the wire forms of the vendors, one {@link dev.understudy.testing.ScriptedReply} for each request.
 */
@NullMarked
package dev.understudy.testing;

import org.jspecify.annotations.NullMarked;
