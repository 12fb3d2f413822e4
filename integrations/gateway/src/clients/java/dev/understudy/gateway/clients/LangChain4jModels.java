package dev.understudy.gateway.clients;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;

/** The models of LangChain4j for one API. */
interface LangChain4jModels {

    ChatModel whole(String agent, boolean thinking);

    StreamingChatModel stream(String agent, boolean thinking);
}
