package dev.understudy.langchain4j;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.understudy.chat.ChatException;

/** Maps failures to the exceptions of LangChain4j. */
final class ModelExceptions {

    private ModelExceptions() {}

    /** Returns LangChain4j's exception with the failure as its cause, and other errors unchanged. */
    static Throwable of(Throwable error) {
        if (!(error instanceof ChatException failed)) {
            return error;
        }
        String message = String.valueOf(failed.getMessage());
        return switch (failed.failure().kind()) {
            case TIMEOUT -> new TimeoutException(message, failed);
            case RATE_LIMITED -> new RateLimitException(message, failed);
            case SERVER, OVERLOADED, TRUNCATED, EMPTY, PROTOCOL -> new InternalServerException(message, failed);
            case CONNECT, SKIPPED -> new RetriableException(message, failed);
            case AUTH, FORBIDDEN -> new AuthenticationException(message, failed);
            case MODEL_NOT_FOUND -> new ModelNotFoundException(message, failed);
            case CONTENT_FILTERED -> new ContentFilteredException(message, failed);
            case CONTEXT_OVERFLOW, REQUEST_TOO_LARGE, TOOL_REJECTED, INVALID_REQUEST ->
                new InvalidRequestException(message, failed);
            case UNSUPPORTED -> new UnsupportedFeatureException(message).initCause(failed);
            case QUOTA -> new NonRetriableException(message, failed);
        };
    }
}
