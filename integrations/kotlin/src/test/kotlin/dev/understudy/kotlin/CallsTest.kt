package dev.understudy.kotlin

import dev.understudy.chat.ChatException
import dev.understudy.chat.ChatRequest
import dev.understudy.chat.FailureKind
import dev.understudy.chat.StreamChunk
import dev.understudy.testing.ScriptedAnswer
import dev.understudy.testing.ScriptedProvider
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

@Timeout(60)
class CallsTest {
    private val provider = ScriptedProvider.named("vendor")
    private val request = ChatRequest.of("model", "Hello?")

    @Test
    fun `response is returned`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.text("Good day."))

            assertThat(provider.awaitChat(request).text()).isEqualTo("Good day.")
            assertThat(provider.requests()).containsExactly(request)
        }

    @Test
    fun `failure of a call is thrown as it is`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.fail(FailureKind.QUOTA))

            assertThat(failureOf { provider.awaitChat(request) })
                .isInstanceOfSatisfying(ChatException.CallFailed::class.java) {
                    assertThat(it.failure().kind()).isEqualTo(FailureKind.QUOTA)
                }
        }

    @Test
    fun `call without response fails as empty`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.nothing())

            assertThat(failureOf { provider.awaitChat(request) }?.failure()?.kind()).isEqualTo(FailureKind.EMPTY)
        }

    @Test
    fun `cancelled coroutine cancels its call`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.hang())
            val call = launch(start = UNDISPATCHED) { provider.awaitChat(request) }
            assertThat(provider.live()).isEqualTo(1)

            call.cancelAndJoin()

            assertThat(provider.cancelled()).isEqualTo(1)
            assertThat(provider.live()).isZero()
        }

    @Test
    fun `chunks are those of the stream`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.tokens("Good", " day").withReasoning("hm"))

            val chunks = provider.chunks(request).toList()

            assertThat(chunks.dropLast(1)).containsExactly(
                StreamChunk.Reasoning("hm", null),
                StreamChunk.Text("Good"),
                StreamChunk.Text(" day"),
            )
            assertThat(chunks.last()).isInstanceOf(StreamChunk.Finish::class.java)
        }

    @Test
    fun `each collection of a flow is a call`() =
        runBlocking<Unit> {
            val tokens = provider.always(ScriptedAnswer.text("Good day.")).tokens(request)
            assertThat(provider.subscriptions()).isZero()

            assertThat(tokens.text()).isEqualTo(tokens.text())
            assertThat(provider.subscriptions()).isEqualTo(2)
        }

    @Test
    fun `text is emitted without other content`() =
        runBlocking<Unit> {
            val answer = ScriptedAnswer.tokens("Good", "", " day").withReasoning("hm").withToolCall("1", "clock", "{}")
            provider.then(answer)

            assertThat(provider.tokens(request).toList()).containsExactly("Good", " day")
        }

    @Test
    fun `stream is asked for one chunk at a time`() =
        runBlocking<Unit> {
            provider.always(ScriptedAnswer.tokens(*Array(100) { "$it " }))
            val requested = mutableListOf<Long>()

            provider.tokens(request).collect { requested += provider.calls().last().requested() }
            provider.chunks(request).toList()

            // One for each token, and one more from the moment that the collector takes it.
            assertThat(requested.withIndex()).hasSize(100).allMatch { it.value <= it.index + 2 }
            assertThat(provider.peakDemand()).isEqualTo(1)
        }

    @Test
    fun `buffer raises the demand to its capacity`() =
        runBlocking<Unit> {
            provider.always(ScriptedAnswer.tokens(*Array(100) { "$it " }))

            provider.chunks(request).buffer(8).toList()
            assertThat(provider.peakDemand()).isEqualTo(8)

            provider.tokens(request).buffer(16).toList()
            assertThat(provider.peakDemand()).isEqualTo(16)
        }

    @Test
    fun `cancelled collection cancels its stream`() =
        runBlocking<Unit> {
            provider.always(ScriptedAnswer.tokens("Good", " day").hangAfter(1))
            for (flow in listOf(provider.chunks(request), provider.tokens(request))) {
                val begun = CompletableDeferred<Unit>()
                val collection = launch { flow.collect { begun.complete(Unit) } }
                begun.await()
                assertThat(provider.live()).isEqualTo(1)

                collection.cancelAndJoin()

                assertThat(provider.live()).isZero()
            }
            assertThat(provider.cancelled()).isEqualTo(2)
        }

    @Test
    fun `first piece of text ends the stream`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.tokens("Good", " day").hangAfter(2))

            assertThat(provider.tokens(request).first()).isEqualTo("Good")
            assertThat(provider.cancelled()).isEqualTo(1)
        }

    @Test
    fun `exception in the collector cancels the stream`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.tokens("Good", " day").hangAfter(2))

            val thrown = runCatching { provider.tokens(request).collect { error("disk full") } }

            assertThat(thrown.exceptionOrNull()).hasMessage("disk full")
            assertThat(provider.cancelled()).isEqualTo(1)
        }

    @Test
    fun `text that is withdrawn fails the flow of text`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.chunks(text("Good"), reset(0), text("Hello")))
            val received = mutableListOf<String>()

            val failure = failureOf { provider.tokens(request).collect(received::add) }

            assertThat(received).containsExactly("Good")
            assertThat(failure).isInstanceOfSatisfying(ChatException.PartialAnswer::class.java) {
                assertThat(it.failure().kind()).isEqualTo(FailureKind.SERVER)
                assertThat(it.partial().text()).isEqualTo("Good")
            }
            assertThat(provider.cancelled()).isEqualTo(1)
        }

    @Test
    fun `reset that withdraws no text is left out`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.chunks(reset(0), text("Good"), reset(4), text(" day")))

            assertThat(provider.tokens(request).text()).isEqualTo("Good day")
        }

    @Test
    fun `chunks tell of a reset`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.chunks(text("Good"), reset(0), text("Hello")))

            assertThat(provider.chunks(request).toList().dropLast(1))
                .containsExactly(text("Good"), reset(0), text("Hello"))
        }

    @Test
    fun `stream without end fails the flow of text`() =
        runBlocking<Unit> {
            provider.then(ScriptedAnswer.tokens("Good", " day").cutAfter(1), ScriptedAnswer.nothing())

            assertThat(failureOf { provider.tokens(request).toList() })
                .isInstanceOfSatisfying(ChatException.PartialAnswer::class.java) {
                    assertThat(it.failure().kind()).isEqualTo(FailureKind.TRUNCATED)
                    assertThat(it.partial().text()).isEqualTo("Good")
                }
            assertThat(failureOf { provider.tokens(request).toList() }).isInstanceOf(ChatException.CallFailed::class.java)
        }

    @Test
    fun `provider that throws fails at collection`() =
        runBlocking<Unit> {
            provider.always(ScriptedAnswer.throwing(IllegalStateException("closed")))
            val flow = provider.chunks(request)
            var caught: Throwable? = null

            flow.catch { caught = it }.toList()

            assertThat(caught).isInstanceOf(IllegalStateException::class.java).hasMessage("closed")
        }

    private fun text(text: String) = StreamChunk.Text(text)

    private fun reset(offset: Int) = StreamChunk.Reset(offset, FailureKind.SERVER)

    private suspend fun Flow<String>.text() = toList().joinToString("")

    private suspend fun failureOf(call: suspend () -> Any?): ChatException? =
        try {
            call()
            null
        } catch (failed: ChatException) {
            failed
        }
}
