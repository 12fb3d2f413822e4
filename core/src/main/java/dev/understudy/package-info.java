/**
 * The client: {@link dev.understudy.Understudy} keeps chat calls alive by retry, failover and trimming over several
 * providers; {@link dev.understudy.UnderstudyBuilder} configures one, and {@link dev.understudy.CallContext} sets options
 * of single calls.
 */
@NullMarked
package dev.understudy;

import org.jspecify.annotations.NullMarked;
