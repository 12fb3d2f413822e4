package dev.understudy.kotlin

import dev.understudy.CallContext
import dev.understudy.Understudy
import dev.understudy.chat.ChatException
import dev.understudy.chat.ChatRequest
import dev.understudy.chat.FailureKind
import dev.understudy.testing.ScriptedAnswer
import dev.understudy.testing.ScriptedProvider
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.reactor.mono
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatIllegalArgumentException
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.util.function.UnaryOperator
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toKotlinDuration

@Timeout(60)
class CoroutineContextsTest {
    private val provider = ScriptedProvider.named("vendor")
    private val request = ChatRequest.of("model", "Hello?")

    @Test
    fun `deadline of the block is that of its calls`() =
        runBlocking<Unit> {
            withCallDeadline(1.hours) {
                provider.awaitChat(request)
                provider.chunks(request).toList()
                listOf(async { provider.tokens(request).toList() }).awaitAll()
            }

            val deadlines = options().map { it.deadline() }
            assertThat(deadlines).hasSize(3).doesNotContainNull().allMatch { it === deadlines[0] }
            assertThat(deadlines[0]!!.remaining().toKotlinDuration()).isBetween(Duration.ZERO, 1.hours)
        }

    @Test
    fun `calls outside of the block have no deadline`() =
        runBlocking<Unit> {
            val flow = withCallDeadline(1.hours) { provider.tokens(request) }

            flow.toList()
            provider.awaitChat(request)

            assertThat(options().map { it.deadline() }).containsExactly(null, null)
        }

    @Test
    fun `earlier one of two deadlines applies`() =
        runBlocking<Unit> {
            withCallDeadline(1.hours) { withCallDeadline(2.hours) { provider.awaitChat(request) } }
            withCallDeadline(2.hours) { withCallDeadline(1.hours) { provider.awaitChat(request) } }

            assertThat(options().map { it.deadline()!!.remaining().toKotlinDuration() })
                .hasSize(2)
                .allMatch { it <= 1.hours }
        }

    @Test
    fun `call that is not over by its deadline fails`() =
        runBlocking<Unit> {
            provider.always(ScriptedAnswer.tokens("Good", " day").hangAfter(1))
            val understudy = Understudy.over(provider)

            withCallDeadline(200.milliseconds) {
                val chat = runCatching { understudy.awaitChat(request) }.exceptionOrNull()
                assertThat(chat).isInstanceOfSatisfying(ChatException.Exhausted::class.java) {
                    assertThat(it.failure().kind()).isEqualTo(FailureKind.TIMEOUT)
                }
                ensureActive()
            }
            withCallDeadline(200.milliseconds) {
                val stream = runCatching { understudy.tokens(request).toList() }.exceptionOrNull()
                assertThat(stream).isInstanceOf(ChatException::class.java)
                ensureActive()
            }

            assertThat(provider.live()).isZero()
        }

    @Test
    fun `deadline that is over already is refused`() {
        for (duration in listOf(Duration.ZERO, (-1).seconds)) {
            assertThatIllegalArgumentException().isThrownBy { runBlocking { withCallDeadline(duration) {} } }
        }
    }

    @Test
    fun `infinite deadline is accepted`() =
        runBlocking<Unit> {
            assertThat(withCallDeadline(Duration.INFINITE) { provider.awaitChat(request) }.text()).isNotEmpty()
        }

    @Test
    fun `options are added to those of the Reactor Context`() {
        mono {
            withCallContext(CallContext.tag("task", "summary"), CallContext.avoid("openai")) {
                provider.awaitChat(request)
            }
        }.contextWrite(CallContext.tag("tenant", "a")).block()

        assertThat(options().single().tags()).containsEntry("tenant", "a").containsEntry("task", "summary")
        assertThat(options().single().avoid()).containsExactly("openai")
    }

    @Test
    fun `later option sees the earlier one`() =
        runBlocking<Unit> {
            withCallContext(UnaryOperator { it.put("n", 1) }, UnaryOperator { it.put("n", it.get<Int>("n") + 1) }) {
                provider.chunks(request).toList()
            }

            assertThat(provider.calls().single().context().get<Int>("n")).isEqualTo(2)
        }

    private fun options() = provider.calls().map { CallContext.from(it.context()) }
}
