package dev.understudy.kotlin

import dev.understudy.chat.ChatException
import dev.understudy.chat.ChatProvider
import dev.understudy.chat.ChatRequest
import dev.understudy.chat.ChatResponse
import dev.understudy.chat.Failure
import dev.understudy.chat.FailureKind
import dev.understudy.chat.StreamChunk
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.reactor.awaitSingleOrNull
import reactor.core.publisher.Flux

/**
 * Requests a complete response and suspends until it is there, as [ChatProvider.chat]. Cancellation of the coroutine aborts
 * the exchange. The Reactor Context of the coroutine is that of the call: see [withCallContext].
 *
 * @param request the request
 * @return the response
 * @throws ChatException if the call fails, with the kind EMPTY if the provider gives no response
 */
public suspend fun ChatProvider.awaitChat(request: ChatRequest): ChatResponse =
    chat(request).awaitSingleOrNull()
        ?: throw ChatException.CallFailed(Failure.of(FailureKind.EMPTY, "the provider gave no response"))

/**
 * Returns the streamed response as a cold flow: each collection is a new call of [ChatProvider.stream], and its chunks are
 * those of the stream, last of them exactly one [StreamChunk.Finish]. A flow that completes without it was cut. Fails with
 * [ChatException].
 *
 * The provider is asked for one chunk at a time, when the collector is ready for it; [buffer] directly behind this function
 * raises the demand to its capacity. The end of the collection, by cancellation, by an exception or by an operator such as
 * `first`, aborts the exchange. The Reactor Context of the collecting coroutine is that of the call: see [withCallContext].
 *
 * @param request the request
 * @return the chunks
 */
public fun ChatProvider.chunks(request: ChatRequest): Flow<StreamChunk> = Flux.defer { stream(request) }.onDemand()

/**
 * Returns the text of the streamed response as a cold flow of pieces that are not empty; other content is left out. Behaves
 * as [chunks] does, with two differences, so that a flow that completes has given the whole text once:
 *
 * A stream that ends without [StreamChunk.Finish] fails with the kind TRUNCATED. A [StreamChunk.Reset] that takes back text
 * which was emitted fails with the kind of the failure that caused it, because a flow cannot take text back; a reset before
 * that changes nothing. Both failures are a [ChatException.PartialAnswer] with what was received, if there was content. To
 * continue after a reset, collect [chunks].
 *
 * @param request the request
 * @return the pieces of text
 */
public fun ChatProvider.tokens(request: ChatRequest): Flow<String> =
    Flux.defer { TextOfStream().map(stream(request)) }.onDemand()

/** Without a queue of values that were requested ahead. */
private fun <T : Any> Flux<T>.onDemand(): Flow<T> = asFlow().buffer(Channel.RENDEZVOUS)
