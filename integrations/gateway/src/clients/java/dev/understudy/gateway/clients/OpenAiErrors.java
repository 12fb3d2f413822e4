package dev.understudy.gateway.clients;

import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;

/** Errors of OpenAI's client. */
final class OpenAiErrors {

    private OpenAiErrors() {}

    static Class<? extends Throwable> type(int status) {
        return switch (status) {
            case 200 -> SseException.class;
            case 400 -> BadRequestException.class;
            case 401 -> UnauthorizedException.class;
            case 404 -> NotFoundException.class;
            case 429 -> RateLimitException.class;
            default -> InternalServerException.class;
        };
    }

    static int status(Throwable error) {
        return ((OpenAIServiceException) error).statusCode();
    }
}
