package dev.understudy.gateway.clients;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;

/** The models of Spring AI for one API, and their errors. */
interface SpringAiModels {

    /** @param schema JSON schema of the answer, or {@code null} for text */
    ChatModel model(String agent, boolean thinking, @Nullable String schema);

    Class<? extends Throwable> errorType(int status);

    int status(Throwable error);
}
