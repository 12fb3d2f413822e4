package dev.understudy.provider.http;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.Endpoint;
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
record SignatureScope(String dialect, String owner) {

    static SignatureScope of(Dialect dialect, String host) {
        String name = dialect.signatureScope();
        String lower = host.toLowerCase(Locale.ROOT);
        return new SignatureScope(
                name, Endpoint.isLoopback(lower) || dialect.isOwnHost(lower) ? name : name + "@" + lower);
    }

    private boolean isAtHome() {
        return dialect.equals(owner);
    }

    /** The request as the dialect may send it here. */
    ChatRequest sent(ChatRequest request) {
        if (isAtHome() || request.messages().stream().noneMatch(SignatureScope::isSealed)) {
            return request;
        }
        return request.withMessages(request.messages().stream()
                .map(message -> message instanceof Message.Assistant said
                        ? new Message.Assistant(said.text(), said.toolCalls(), sent(said.reasoningBlocks()))
                        : message)
                .toList());
    }

    private static boolean isSealed(Message message) {
        return message instanceof Message.Assistant said
                && said.reasoningBlocks().stream().anyMatch(reasoningBlock -> reasoningBlock.signature() != null);
    }

    private List<ReasoningBlock> sent(List<ReasoningBlock> reasoningBlocks) {
        List<ReasoningBlock> ours = new ArrayList<>();
        for (ReasoningBlock reasoningBlock : reasoningBlocks) {
            ReasoningBlock.Signature reasoningSignature = reasoningBlock.signature();
            if (reasoningSignature != null && reasoningSignature.origin().equals(owner)) {
                ours.add(new ReasoningBlock(
                        reasoningBlock.text(),
                        new ReasoningBlock.Signature(
                                reasoningSignature.value(), reasoningSignature.redacted(), dialect)));
            } else if (reasoningSignature == null
                    || !reasoningSignature.origin().equals(dialect)) {
                ours.add(reasoningBlock);
            }
        }
        return ours;
    }

    /** The answer with its seals named. */
    ChatResponse told(ChatResponse response) {
        if (isAtHome() || response.reasoningBlocks().isEmpty()) {
            return response;
        }
        List<ReasoningBlock> reasoningBlocks = response.reasoningBlocks().stream()
                .map(reasoningBlock -> new ReasoningBlock(reasoningBlock.text(), told(reasoningBlock.signature())))
                .toList();
        return new ChatResponse(
                response.text(), response.refusal(), reasoningBlocks, response.toolCalls(), response.finish());
    }

    StreamChunk told(StreamChunk chunk) {
        return chunk instanceof StreamChunk.Reasoning reasoning && reasoning.closes() != null && !isAtHome()
                ? new StreamChunk.Reasoning(reasoning.thought(), told(reasoning.closes()))
                : chunk;
    }

    private ReasoningBlock.@Nullable Signature told(ReasoningBlock.@Nullable Signature reasoningSignature) {
        return reasoningSignature == null || !reasoningSignature.origin().equals(dialect)
                ? reasoningSignature
                : new ReasoningBlock.Signature(reasoningSignature.value(), reasoningSignature.redacted(), owner);
    }
}
