package dev.understudy.kotlin

import dev.understudy.CallContext
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.reactor.ReactorContext
import kotlinx.coroutines.reactor.asCoroutineContext
import kotlinx.coroutines.withContext
import reactor.util.context.Context
import java.util.function.UnaryOperator
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * Runs [block] with a deadline for all calls in it, and in coroutines that it starts, counted from now. Of a deadline that is
 * there already and this one the earlier applies. A call that is not over by then fails with a `ChatException` that tells the
 * attempts; the coroutine is not cancelled, as it would be by `withTimeout`, and other work in the block goes on.
 *
 * Obeyed by the same providers as [CallContext.deadline]. A flow belongs to the coroutine that collects it.
 *
 * @param fromNow longer than zero
 * @param block the calls
 * @return the result of the block
 * @throws IllegalArgumentException if [fromNow] is zero or less
 */
public suspend fun <T> withCallDeadline(
    fromNow: Duration,
    block: suspend CoroutineScope.() -> T,
): T = withCallContext(CallContext.deadline(fromNow.toJavaDuration()), block = block)

/**
 * Runs [block] with options of [CallContext] for all calls in it, and in coroutines that it starts:
 * `withCallContext(CallContext.tag("tenant", "a"), CallContext.avoid("openai")) { … }`. They are added to those that the
 * Reactor Context of the coroutine has already, such as that of a WebFlux handler.
 *
 * A flow belongs to the coroutine that collects it.
 *
 * @param options operators from [CallContext], or others on the Reactor Context; applied in this order
 * @param block the calls
 * @return the result of the block
 */
public suspend fun <T> withCallContext(
    vararg options: UnaryOperator<Context>,
    block: suspend CoroutineScope.() -> T,
): T {
    val outer = currentCoroutineContext()[ReactorContext]?.context ?: Context.empty()
    val inner = options.fold(outer) { context, option -> option.apply(context) }
    return withContext(inner.asCoroutineContext(), block)
}
