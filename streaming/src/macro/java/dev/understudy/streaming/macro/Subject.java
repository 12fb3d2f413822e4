package dev.understudy.streaming.macro;

import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One client under measurement. */
interface Subject {

    /** Question of every request, so that the bodies of all clients are alike. */
    String QUESTION = "Tell me a story about a theatre. ".repeat(6);

    /** Connections to one vendor, enough for all scenarios. */
    int CONNECTIONS = 10_000;

    /** Returns the limit of the wait for a first word: short for a vendor that hangs, and not reached for others. */
    static Duration patience(String first) {
        return Duration.ofSeconds(first.endsWith("/hang") ? 1 : 30);
    }

    /** Emits when one whole answer is received and read. */
    Mono<?> chat();

    /** Emits one element for each chunk with text; elements without text are not emitted. */
    Flux<?> stream();

    /** Releases the connections of a client that is not kept. */
    default void close() {}

    /** Creates the client of a name. The second address answers when the first one fails; only clients with failover use it. */
    static Subject of(String name, String first, String second, boolean circuits) {
        return switch (name) {
            case "floor" -> new BareClient(first, false);
            case "tree" -> new BareClient(first, true);
            case "hand-rolled" -> new HandRolledClient(first, second, circuits, false);
            case "hand-rolled-tree" -> new HandRolledClient(first, second, circuits, true);
            case "understudy" -> new UnderstudyClient(first, second, circuits, false);
            case "resuming" -> new UnderstudyClient(first, second, circuits, true);
            case "spring-ai" -> new SpringAiClient(first);
            case "langchain4j" -> new LangChain4jClient(first);
            case "openai-java" -> new OpenAiJavaClient(first);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
