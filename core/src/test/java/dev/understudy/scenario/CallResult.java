package dev.understudy.scenario;

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
 * Result of one call.
 *
 * @param text the complete text
 * @param finish {@code null} if the call failed
 * @param error {@code null} if the call succeeded
 */
public record CallResult(String text, StreamChunk.Finish finish, Throwable error) {

    public static CallResult whole(List<Signal<ChatResponse>> signals) {
        ChatResponse response = signals.get(0).get();
        return response == null
                ? new CallResult("", null, signals.get(0).getThrowable())
                : new CallResult(response.text(), response.finish(), null);
    }

    public static CallResult streamed(List<Signal<StreamChunk>> signals) {
        List<StreamChunk> chunks =
                signals.stream().map(Signal::get).filter(Objects::nonNull).toList();
        Signal<StreamChunk> end = signals.get(signals.size() - 1);
        StreamChunk last = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
        return new CallResult(
                chunks.stream().map(StreamChunk::text).collect(Collectors.joining()),
                last instanceof StreamChunk.Finish finish ? finish : null,
                end.getThrowable());
    }

    public ServedBy servedBy() {
        assertThat(error).isNull();
        assertThat(finish).isNotNull();
        return finish.servedBy();
    }

    public ChatException.Exhausted exhausted() {
        assertThat(error).isInstanceOf(ChatException.Exhausted.class);
        return (ChatException.Exhausted) error;
    }

    public ChatException.PartialAnswer cut() {
        assertThat(error).isInstanceOf(ChatException.PartialAnswer.class);
        return (ChatException.PartialAnswer) error;
    }

    public AttemptLog attemptLog() {
        if (error instanceof ChatException.PartialAnswer partial) {
            return partial.attemptLog();
        }
        return error == null ? servedBy().attemptLog() : exhausted().attemptLog();
    }

    /** Failures of attempts and skipped routes in order. */
    public List<Failure> failures() {
        return attemptLog().attempts().stream()
                .map(AttemptLog.Attempt::failure)
                .filter(Objects::nonNull)
                .toList();
    }

    public List<FailureKind> kinds() {
        return failures().stream().map(Failure::kind).toList();
    }
}
