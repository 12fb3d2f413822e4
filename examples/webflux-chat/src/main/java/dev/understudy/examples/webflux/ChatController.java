package dev.understudy.examples.webflux;

import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** Answers of the page. The browser chooses the id of an answer, so that it can read on after a lost connection. */
@RestController
record ChatController(Answers answers) {

    @GetMapping(path = "/chat/{id}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<Map<String, Object>>> read(
            @PathVariable String id,
            @RequestParam String question,
            @RequestHeader(name = "Last-Event-ID", defaultValue = "0") long after) {
        return answers.read(id, question, after);
    }

    @DeleteMapping("/chat/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void stop(@PathVariable String id) {
        answers.stop(id);
    }
}
