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
 * Scope in which the reasoning signatures of an endpoint are valid. Many servers speak one dialect, and content that
 * one of them signed or encrypted is refused by the others and confidential. So away from the vendor's own address
 * the origin of a signature includes the host, the signature is sent back to that host only, and the vendor's own
 * signatures are not sent there.
 *
 * @param dialect origin of signatures within the dialect
 * @param owner origin of signatures outside the provider: equal at the vendor's own address
 */
record SignatureScope(String dialect, String owner) {

    static SignatureScope of(Dialect dialect, String host) {
        String name = dialect.signatureScope();
        String lower = host.toLowerCase(Locale.ROOT);
        return new SignatureScope(
                name, Endpoint.isLoopback(lower) || dialect.isOwnHost(lower) ? name : name + "@" + lower);
    }

    private boolean isOwnAddress() {
        return dialect.equals(owner);
    }

    /** Returns the request with the signatures that may be sent to this endpoint. */
    ChatRequest sent(ChatRequest request) {
        if (isOwnAddress() || request.messages().stream().noneMatch(SignatureScope::isSigned)) {
            return request;
        }
        return request.withMessages(request.messages().stream()
                .map(message -> message instanceof Message.Assistant assistant
                        ? new Message.Assistant(
                                assistant.text(), assistant.toolCalls(), sent(assistant.reasoningBlocks()))
                        : message)
                .toList());
    }

    private static boolean isSigned(Message message) {
        return message instanceof Message.Assistant assistant
                && assistant.reasoningBlocks().stream().anyMatch(reasoningBlock -> reasoningBlock.signature() != null);
    }

    private List<ReasoningBlock> sent(List<ReasoningBlock> reasoningBlocks) {
        List<ReasoningBlock> sendable = new ArrayList<>();
        for (ReasoningBlock reasoningBlock : reasoningBlocks) {
            ReasoningBlock.Signature reasoningSignature = reasoningBlock.signature();
            if (reasoningSignature != null && reasoningSignature.origin().equals(owner)) {
                sendable.add(new ReasoningBlock(
                        reasoningBlock.text(),
                        new ReasoningBlock.Signature(
                                reasoningSignature.value(), reasoningSignature.redacted(), dialect)));
            } else if (reasoningSignature == null
                    || !reasoningSignature.origin().equals(dialect)) {
                sendable.add(reasoningBlock);
            }
        }
        return sendable;
    }

    /** Returns the response with the origin of its signatures. */
    ChatResponse received(ChatResponse response) {
        if (isOwnAddress() || response.reasoningBlocks().isEmpty()) {
            return response;
        }
        List<ReasoningBlock> reasoningBlocks = response.reasoningBlocks().stream()
                .map(reasoningBlock -> new ReasoningBlock(reasoningBlock.text(), received(reasoningBlock.signature())))
                .toList();
        return new ChatResponse(
                response.text(), response.refusal(), reasoningBlocks, response.toolCalls(), response.finish());
    }

    StreamChunk received(StreamChunk chunk) {
        return chunk instanceof StreamChunk.Reasoning reasoning && reasoning.closes() != null && !isOwnAddress()
                ? new StreamChunk.Reasoning(reasoning.thought(), received(reasoning.closes()))
                : chunk;
    }

    private ReasoningBlock.@Nullable Signature received(ReasoningBlock.@Nullable Signature reasoningSignature) {
        return reasoningSignature == null || !reasoningSignature.origin().equals(dialect)
                ? reasoningSignature
                : new ReasoningBlock.Signature(reasoningSignature.value(), reasoningSignature.redacted(), owner);
    }
}
