package dev.understudy.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import reactor.core.publisher.Signal;

/**
 * What came out of a door.
 *
 * @param text all of it
 * @param finish {@code null} when it did not end well
 * @param error {@code null} when it did
 */
record Heard(String text, StreamChunk.Finish finish, Throwable error) {

    static Heard whole(List<Signal<ChatResponse>> signals) {
        ChatResponse response = signals.get(0).get();
        return response == null
                ? new Heard("", null, signals.get(0).getThrowable())
                : new Heard(response.text(), response.finish(), null);
    }

    static Heard streamed(List<Signal<StreamChunk>> signals) {
        List<StreamChunk> chunks =
                signals.stream().map(Signal::get).filter(Objects::nonNull).toList();
        Signal<StreamChunk> end = signals.get(signals.size() - 1);
        StreamChunk last = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
        return new Heard(
                chunks.stream().map(StreamChunk::text).collect(Collectors.joining()),
                last instanceof StreamChunk.Finish finish ? finish : null,
                end.getThrowable());
    }

    ServedBy served() {
        assertThat(error).isNull();
        assertThat(finish).isNotNull();
        return finish.servedBy();
    }

    ChatException.Exhausted exhausted() {
        assertThat(error).isInstanceOf(ChatException.Exhausted.class);
        return (ChatException.Exhausted) error;
    }

    ChatException.PartialAnswer cut() {
        assertThat(error).isInstanceOf(ChatException.PartialAnswer.class);
        return (ChatException.PartialAnswer) error;
    }

    AttemptLog trail() {
        if (error instanceof ChatException.PartialAnswer partial) {
            return partial.trail();
        }
        return error == null ? served().attemptLog() : exhausted().trail();
    }

    /** Why each attempt or skipped route did not serve, in order. */
    List<Failure> failures() {
        return trail().attempts().stream()
                .map(AttemptLog.Attempt::failure)
                .filter(Objects::nonNull)
                .toList();
    }

    List<FailureKind> kinds() {
        return failures().stream().map(Failure::kind).toList();
    }
}
