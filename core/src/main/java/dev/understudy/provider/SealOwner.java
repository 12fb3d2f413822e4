package dev.understudy.provider;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.Seal;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Thought;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who can open the seals of an endpoint's thoughts. A dialect is spoken by many, and what one of them signed or
 * encrypted is refused by the next and none of its business: so away from the vendor's own address a seal names the host
 * as well, goes back there only, and no seal of the vendor's goes there.
 *
 * @param dialect whose seals, as the dialect itself names and reads them
 * @param owner what they are called outside: the same at the vendor's own address
 */
record SealOwner(String dialect, String owner) {

    static SealOwner of(Dialect dialect, String host) {
        String name = dialect.seals();
        String lower = host.toLowerCase(Locale.ROOT);
        return new SealOwner(name, Endpoint.isLoopback(lower) || dialect.isAtHome(lower) ? name : name + "@" + lower);
    }

    private boolean isAtHome() {
        return dialect.equals(owner);
    }

    /** The request as the dialect may send it here. */
    ChatRequest sent(ChatRequest request) {
        if (isAtHome() || request.messages().stream().noneMatch(SealOwner::isSealed)) {
            return request;
        }
        return request.withMessages(request.messages().stream()
                .map(message -> message instanceof Message.Assistant said
                        ? new Message.Assistant(said.text(), said.toolCalls(), sent(said.thoughts()))
                        : message)
                .toList());
    }

    private static boolean isSealed(Message message) {
        return message instanceof Message.Assistant said
                && said.thoughts().stream().anyMatch(thought -> thought.seal() != null);
    }

    private List<Thought> sent(List<Thought> thoughts) {
        List<Thought> ours = new ArrayList<>();
        for (Thought thought : thoughts) {
            Seal seal = thought.seal();
            if (seal != null && seal.origin().equals(owner)) {
                ours.add(new Thought(thought.text(), new Seal(seal.value(), seal.redacted(), dialect)));
            } else if (seal == null || !seal.origin().equals(dialect)) {
                ours.add(thought);
            }
        }
        return ours;
    }

    /** The answer with its seals named. */
    ChatResponse told(ChatResponse response) {
        if (isAtHome() || response.thoughts().isEmpty()) {
            return response;
        }
        List<Thought> thoughts = response.thoughts().stream()
                .map(thought -> new Thought(thought.text(), told(thought.seal())))
                .toList();
        return new ChatResponse(response.text(), response.refusal(), thoughts, response.toolCalls(), response.finish());
    }

    StreamChunk told(StreamChunk chunk) {
        return chunk instanceof StreamChunk.Reasoning reasoning && reasoning.closes() != null && !isAtHome()
                ? new StreamChunk.Reasoning(reasoning.thought(), told(reasoning.closes()))
                : chunk;
    }

    private @Nullable Seal told(@Nullable Seal seal) {
        return seal == null || !seal.origin().equals(dialect) ? seal : new Seal(seal.value(), seal.redacted(), owner);
    }
}
