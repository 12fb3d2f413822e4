package dev.understudy.spring.web;

import dev.understudy.chat.ChatException;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers requests of Spring MVC whose call failed with problem details. */
@RestControllerAdvice
public final class ChatExceptionAdvice {

    /** Creates the advice. */
    public ChatExceptionAdvice() {}

    /**
     * Describes a failure.
     *
     * @param error failure of a call
     * @return the response
     */
    @ExceptionHandler
    public ResponseEntity<ProblemDetail> problem(ChatException error) {
        ProblemDetail problem = UnderstudyProblems.of(error);
        return ResponseEntity.status(problem.getStatus())
                .headers(UnderstudyProblems.headers(error))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
