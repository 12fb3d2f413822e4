/**
 * Test doubles: providers and servers that answer by script, so that failover can be tested before it is needed.
 *
 * <p>{@link dev.understudy.testing.ScriptedProvider} works in memory and in virtual time, with one
 * {@link dev.understudy.testing.ScriptedAnswer} for each call. {@link dev.understudy.testing.ScriptedServer} works on
 * real sockets of the loopback interface, in the wire formats of the vendors, with one
 * {@link dev.understudy.testing.ScriptedReply} for each request.
 */
@NullMarked
package dev.understudy.testing;

import org.jspecify.annotations.NullMarked;
