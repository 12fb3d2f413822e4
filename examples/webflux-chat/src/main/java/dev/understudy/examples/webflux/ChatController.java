package dev.understudy.examples.webflux;

import dev.understudy.chat.ChatRequest;
import dev.understudy.spring.web.UnderstudySse;
import dev.understudy.streaming.kept.KeptStreams;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Answers of the page: one request starts an answer, and any number of others read it. */
@RestController
record ChatController(KeptStreams streams) {

    record Question(String question) {}

    record Started(String id) {}

    @PostMapping("/chat")
    Mono<Started> start(@RequestBody Question question) {
        return streams.start(ChatRequest.of("chat", question.question())).map(kept -> new Started(kept.id()));
    }

    @GetMapping(path = "/chat/{id}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<Map<String, Object>>> read(
            @PathVariable String id, @RequestHeader(name = "Last-Event-ID", defaultValue = "") String last) {
        return UnderstudySse.keptEvents(streams.resume(last.startsWith(id + '.') ? last : id + ".0"));
    }

    @DeleteMapping("/chat/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    Mono<Void> stop(@PathVariable String id) {
        return streams.cancel(id);
    }
}
