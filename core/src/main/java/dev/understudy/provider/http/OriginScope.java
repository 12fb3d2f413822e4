package dev.understudy.provider.http;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.Endpoint;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Scope in which the reasoning signatures and vendor data of an endpoint are valid. Many servers speak one dialect, and
 * content that one of them signed or encrypted is refused by the others and confidential. So away from the vendor's own
 * address the origin includes the host, the data are sent back to that host only, and the vendor's own data are not
 * sent there.
 *
 * @param dialect origin within the dialect
 * @param owner origin outside the provider: equal at the vendor's own address
 */
record OriginScope(String dialect, String owner) {

    static OriginScope of(Dialect dialect, URI baseUrl) {
        int port = baseUrl.getPort();
        return of(dialect, dialect.isHostBound() && port >= 0 ? baseUrl.getHost() + ":" + port : baseUrl.getHost());
    }

    static OriginScope of(Dialect dialect, String host) {
        String name = dialect.originScope();
        String lower = host.toLowerCase(Locale.ROOT);
        boolean own = !dialect.isHostBound() && (Endpoint.isLoopback(lower) || dialect.isOwnHost(lower));
        return new OriginScope(name, own ? name : name + "@" + lower);
    }

    private boolean isOwnAddress() {
        return dialect.equals(owner);
    }

    /** Returns the request without signatures and vendor data of other origins; unchanged if it has none. */
    ChatRequest sent(ChatRequest request) {
        boolean changes = false;
        for (Message message : request.messages()) {
            changes |= isToBeChanged(message);
        }
        if (!changes) {
            return request;
        }
        return request.withMessages(request.messages().stream()
                .map(message -> message instanceof Message.Assistant assistant
                        ? assistant.withBlocks(sent(assistant.blocks()))
                        : message)
                .toList());
    }

    /**
     * Returns the names of the kinds of content that this origin does not get because another one produced it.
     *
     * @param media true if answers may hold sound and files, whichever origin produced them
     */
    Set<String> withheld(ChatRequest request, boolean media) {
        for (Message message : request.messages()) {
            if (message instanceof Message.Assistant) {
                return withheldFromTurns(request, media);
            }
        }
        return Set.of();
    }

    private Set<String> withheldFromTurns(ChatRequest request, boolean media) {
        Set<String> withheld = new TreeSet<>();
        for (Message message : request.messages()) {
            if (message instanceof Message.Assistant assistant) {
                for (ContentBlock block : assistant.blocks()) {
                    boolean own = owner.equals(origin(block.vendorData()));
                    if (block instanceof ContentBlock.Opaque && !own) {
                        withheld.add("opaque_blocks");
                    } else if (block instanceof ReasoningBlock reasoning && !own && !isSignedHere(reasoning)) {
                        withheld.add("reasoning");
                    } else if (block instanceof ContentBlock.Audio && !own && !media) {
                        withheld.add("audio");
                    } else if (block instanceof ContentBlock.File && !own && !media) {
                        withheld.add("files");
                    }
                }
            }
        }
        return withheld;
    }

    private boolean isSignedHere(ReasoningBlock reasoning) {
        ReasoningBlock.Signature signature = reasoning.signature();
        return signature != null && signature.origin().equals(owner);
    }

    private boolean isToBeChanged(Message message) {
        return message instanceof Message.Assistant assistant
                && assistant.blocks().stream()
                        .anyMatch(block -> isToBeChanged(origin(block.vendorData()))
                                || (block instanceof ReasoningBlock reasoning
                                        && reasoning.signature() != null
                                        && !isOwnAddress()));
    }

    private boolean isToBeChanged(@Nullable String origin) {
        return origin != null && !(isOwnAddress() && origin.equals(owner));
    }

    private static @Nullable String origin(@Nullable VendorData vendorData) {
        return vendorData == null ? null : vendorData.origin();
    }

    private List<ContentBlock> sent(List<ContentBlock> blocks) {
        List<ContentBlock> sendable = new ArrayList<>(blocks.size());
        for (ContentBlock block : blocks) {
            VendorData data = block.vendorData();
            boolean own = data != null && data.origin().equals(owner);
            if (block instanceof ContentBlock.Opaque && !own) {
                continue;
            }
            ContentBlock fitting = data == null ? block : block.withVendorData(own ? data.withOrigin(dialect) : null);
            if (!(fitting instanceof ReasoningBlock reasoning) || reasoning.signature() == null) {
                sendable.add(fitting);
            } else if (reasoning.signature().origin().equals(owner)) {
                sendable.add(signed(reasoning, dialect));
            } else if (!reasoning.signature().origin().equals(dialect)) {
                sendable.add(reasoning);
            }
        }
        return sendable;
    }

    private static ReasoningBlock signed(ReasoningBlock reasoning, String origin) {
        ReasoningBlock.Signature signature = reasoning.signature();
        return signature == null || signature.origin().equals(origin)
                ? reasoning
                : new ReasoningBlock(
                        reasoning.text(),
                        new ReasoningBlock.Signature(signature.value(), signature.redacted(), origin),
                        reasoning.vendorData());
    }

    /** Returns the response with the origin of its signatures and vendor data. */
    ChatResponse received(ChatResponse response) {
        boolean bound = false;
        for (ContentBlock block : response.blocks()) {
            bound |= isBound(block);
        }
        if (isOwnAddress() || !bound) {
            return response;
        }
        return new ChatResponse(response.blocks().stream().map(this::received).toList(), response.finish());
    }

    private boolean isBound(ContentBlock block) {
        return block.vendorData() != null
                || (block instanceof ReasoningBlock reasoning && reasoning.signature() != null);
    }

    private ContentBlock received(ContentBlock block) {
        VendorData data = block.vendorData();
        ContentBlock named =
                data != null && data.origin().equals(dialect) ? block.withVendorData(data.withOrigin(owner)) : block;
        return named instanceof ReasoningBlock reasoning
                        && reasoning.signature() != null
                        && reasoning.signature().origin().equals(dialect)
                ? signed(reasoning, owner)
                : named;
    }

    /** Returns the chunk with the origin of its signature and vendor data. */
    StreamChunk received(StreamChunk chunk) {
        if (isOwnAddress() || chunk instanceof StreamChunk.Text) {
            return chunk;
        }
        if (chunk instanceof StreamChunk.Reasoning reasoning && reasoning.closes() != null) {
            ReasoningBlock named = (ReasoningBlock) received(new ReasoningBlock("", reasoning.closes()));
            return new StreamChunk.Reasoning(reasoning.thought(), named.signature(), reasoning.block());
        }
        if (chunk instanceof StreamChunk.ToolCallDone done && done.call().vendorData() != null) {
            return new StreamChunk.ToolCallDone(done.index(), (ToolCall) received(done.call()), done.block());
        }
        if (chunk instanceof StreamChunk.Block block) {
            return new StreamChunk.Block(received(block.content()), block.block());
        }
        if (chunk instanceof StreamChunk.BlockData data
                && data.vendorData().origin().equals(dialect)) {
            return new StreamChunk.BlockData(data.vendorData().withOrigin(owner), data.block());
        }
        return chunk;
    }
}
