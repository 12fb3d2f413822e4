package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.chat.ChatProvider;

/** Wraps the provider of each agent, for observations. */
@FunctionalInterface
interface ProviderDecorator {

    ChatProvider decorate(ChatProvider agent);
}
