package dev.understudy.examples.webflux;

import dev.understudy.chat.ChatProvider;
import dev.understudy.streaming.kept.KeptStreamStore;
import dev.understudy.streaming.kept.KeptStreams;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Answers are kept for a while: a browser that lost its connection reads on where it was, and the model is asked once. An
 * answer that nobody reads is cancelled after the grace period. Several instances would share a store in Redis.
 */
@Configuration(proxyBeanMethods = false)
class Answers {

    @Bean
    KeptStreamStore answerStore() {
        return KeptStreams.inMemoryStore();
    }

    @Bean
    KeptStreams streams(ChatProvider chat, KeptStreamStore store) {
        return KeptStreams.over(
                chat,
                store,
                KeptStreams.Options.defaults().withGrace(Duration.ofSeconds(10)).withRequired(true));
    }
}
