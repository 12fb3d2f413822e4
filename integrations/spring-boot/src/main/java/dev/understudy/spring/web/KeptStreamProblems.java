package dev.understudy.spring.web;

import dev.understudy.streaming.kept.KeptStreamException;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** Responses to readers of kept streams that cannot be read. */
final class KeptStreamProblems {

    private KeptStreamProblems() {}

    static ResponseStatusException response(KeptStreamException error) {
        return switch (error.reason()) {
            case UNKNOWN -> response(HttpStatus.NOT_FOUND, "No such answer, or it has expired", error);
            case POSITION_LOST, CANCELLED -> response(HttpStatus.GONE, "The answer cannot be read on", error);
            case FULL, UNAVAILABLE -> response(HttpStatus.SERVICE_UNAVAILABLE, "Try again later", error);
        };
    }

    private static ResponseStatusException response(HttpStatus status, String detail, KeptStreamException error) {
        return new ResponseStatusException(status, detail, error);
    }
}
