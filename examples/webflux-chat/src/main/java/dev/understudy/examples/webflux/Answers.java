package dev.understudy.examples.webflux;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.spring.web.UnderstudySse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.publisher.Sinks;

/**
 * Answers that are read, each kept for a while: a browser that lost its connection reads on where it was, and the model is asked
 * once. An answer that nobody reads is cancelled after the grace.
 */
@Component
final class Answers {

    private static final int MOST = 1_000;
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration KEPT = Duration.ofMinutes(1);

    private record Answer(String question, Flux<ServerSentEvent<Map<String, Object>>> events, Sinks.Empty<Void> stop) {}

    private final ChatProvider chat;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    Answers(ChatProvider chat) {
        this.chat = chat;
    }

    /** Returns the events of an answer behind an id; the first reader starts it. */
    Flux<ServerSentEvent<Map<String, Object>>> read(String id, String question, long after) {
        return Flux.defer(() -> {
            if (answers.size() >= MOST && !answers.containsKey(id)) {
                throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE);
            }
            if (after > 0
                    && !answers.containsKey(id)) { // the rest of another answer would follow the beginning of this one
                throw new ResponseStatusException(HttpStatus.GONE);
            }
            Answer answer = answers.computeIfAbsent(id, any -> start(id, question));
            if (!answer.question.equals(question)) {
                throw new ResponseStatusException(HttpStatus.CONFLICT);
            }
            return answer.events.filter(event -> {
                String number = event.id();
                return number == null || Long.parseLong(number) > after;
            });
        });
    }

    /** Ends an answer, and its call. */
    void stop(String id) {
        Answer answer = answers.get(id);
        if (answer != null) {
            answer.stop.tryEmitEmpty();
        }
    }

    private Answer start(String id, String question) {
        Sinks.Empty<Void> stop = Sinks.empty();
        Flux<ServerSentEvent<Map<String, Object>>> events = UnderstudySse.events(
                        chat.stream(ChatRequest.of("chat", question)))
                .takeUntilOther(stop.asMono())
                .doFinally(end -> forget(id, end))
                .replay()
                .refCount(1, GRACE);
        return new Answer(question, events, stop);
    }

    private void forget(String id, SignalType end) {
        if (end == SignalType.CANCEL) {
            answers.remove(id);
        } else {
            Mono.delay(KEPT).subscribe(tick -> answers.remove(id));
        }
    }
}
