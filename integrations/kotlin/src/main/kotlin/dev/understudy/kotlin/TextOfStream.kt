package dev.understudy.kotlin

import dev.understudy.chat.ChatException
import dev.understudy.chat.ChatResponseAggregator
import dev.understudy.chat.Failure
import dev.understudy.chat.FailureKind
import dev.understudy.chat.ServedBy
import dev.understudy.chat.StreamChunk
import reactor.core.publisher.Flux
import reactor.core.publisher.Mono
import reactor.core.publisher.SynchronousSink

/** Maps the chunks of one stream to its text. For one subscriber. */
internal class TextOfStream {
    private val answer = ChatResponseAggregator()

    /** Returns the text; fails if text is withdrawn, or at an end without a finish reason. */
    fun map(chunks: Flux<StreamChunk>): Flux<String> =
        chunks
            .handle<String> { chunk, sink -> next(chunk, sink) }
            .concatWith(Mono.defer { if (answer.isFinished) Mono.empty() else Mono.error(cut()) })

    private fun next(
        chunk: StreamChunk,
        sink: SynchronousSink<String>,
    ) {
        if (chunk is StreamChunk.Reset && chunk.discardFromOffset < answer.length()) {
            sink.error(withdrawn(chunk))
            return
        }
        answer.add(chunk)
        chunk.text().takeUnless { it.isEmpty() }?.let(sink::next)
    }

    private fun cut() = failed(FailureKind.TRUNCATED, "the stream ended without a finish reason")

    private fun withdrawn(reset: StreamChunk.Reset) =
        failed(reset.reason, "the answer was begun anew, and a flow of text cannot take text back")

    private fun failed(
        kind: FailureKind,
        message: String,
    ): ChatException = answer.cut(Failure.of(kind, message), ServedBy.by("unknown", "unknown"))
}
