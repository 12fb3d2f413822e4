/**
 * LangChain4j: {@link dev.understudy.langchain4j.UnderstudyChatModel} and {@link
 * dev.understudy.langchain4j.UnderstudyStreamingChatModel} are chat models over a provider, and {@link
 * dev.understudy.langchain4j.LangChain4jProvider} is a provider over chat models.
 */
@NullMarked
package dev.understudy.langchain4j;

import org.jspecify.annotations.NullMarked;
