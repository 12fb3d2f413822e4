package dev.understudy.kotlin

import dev.understudy.chat.ChatProvider
import dev.understudy.chat.ChatRequest
import dev.understudy.provider.Providers
import dev.understudy.testing.RecordedRequest.Ending
import dev.understudy.testing.ScriptedReply
import dev.understudy.testing.ScriptedReply.FaultPoint
import dev.understudy.testing.ScriptedServer
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.reactive.awaitFirst
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

@Timeout(60)
class CancelledCallTest {
    private val server = ScriptedServer.start()
    private val provider: ChatProvider = Providers.openAiCompatible(server.url(), "key")
    private val request = ChatRequest.of("model", "Hello?")

    @AfterEach
    fun close() {
        provider.close()
        server.close()
    }

    @Test
    fun `cancelled coroutine closes its connection`() =
        runBlocking<Unit> {
            server.always(ScriptedReply.text("Good day.").stall(FaultPoint.nothing()))
            val call = launch { provider.awaitChat(request) }
            server.arrivals().awaitFirst()
            assertThat(server.connectionsOpen()).isEqualTo(1)

            call.cancelAndJoin()

            assertClosedByClient()
        }

    @Test
    fun `end of the collection closes the connection`() =
        runBlocking<Unit> {
            server.always(ScriptedReply.tokens("Good", " day", ".").stall(FaultPoint.tokens(1)))

            assertThat(provider.tokens(request).first()).isEqualTo("Good")

            assertClosedByClient()
        }

    private suspend fun assertClosedByClient() {
        assertThat(server.endings().awaitFirst().ending()).isEqualTo(Ending.CLIENT_CANCELLED)
        assertThat(server.connections().filter { it == 0 }.awaitFirst()).isZero()
    }
}
