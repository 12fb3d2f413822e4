package dev.understudy.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BlockingChatTest {

    private static final ChatRequest REQUEST = ChatRequest.of("any", "Hi");

    private final ScriptedProvider provider = ScriptedProvider.named("p");
    private final BlockingChat chat = BlockingChat.over(Understudy.over(provider));

    @Test
    void answerIsReturned() {
        provider.always(ScriptedAnswer.text("Hello"));
        assertThat(chat.chat(REQUEST).text()).isEqualTo("Hello");
    }

    @Test
    void failureIsThrownWithItsKind() {
        provider.always(ScriptedAnswer.fail(FailureKind.AUTH));
        assertThatThrownBy(() -> chat.chat(REQUEST)).isInstanceOfSatisfying(ChatException.class, error -> assertThat(
                        error.failure().kind())
                .isEqualTo(FailureKind.AUTH));
    }

    @Test
    void deadlineEndsACallThatHangs() {
        provider.always(ScriptedAnswer.hang());
        assertThatThrownBy(() -> chat.chat(REQUEST, Duration.ofMillis(100)))
                .isInstanceOfSatisfying(
                        ChatException.class,
                        error -> assertThat(error.failure().kind()).isEqualTo(FailureKind.TIMEOUT));
    }

    @Test
    void chunksAreTakenOneByOne() {
        provider.always(ScriptedAnswer.tokens("Hel", "lo"));
        try (Stream<StreamChunk> chunks = chat.stream(REQUEST)) {
            assertThat(chunks.map(StreamChunk::text).collect(Collectors.joining()))
                    .isEqualTo("Hello");
        }
    }
}
