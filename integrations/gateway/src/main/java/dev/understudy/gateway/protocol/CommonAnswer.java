package dev.understudy.gateway.protocol;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorData.TokenLogprob;
import dev.understudy.gateway.json.JsonFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes parts of answers that several protocols have in the same form. */
public final class CommonAnswer {

    private CommonAnswer() {}

    /** Returns true for an answer that the model refuses. */
    public static boolean hasRefusal(List<ContentBlock> blocks) {
        return blocks.stream().anyMatch(ContentBlock.Refusal.class::isInstance);
    }

    /** Returns tokens with their log probabilities. */
    public static ArrayNode logprobs(List<TokenLogprob> tokens) {
        ArrayNode all = JsonFields.JSON.createArrayNode();
        tokens.forEach(token -> {
            ObjectNode node = token(all.addObject(), token);
            ArrayNode top = node.putArray("top_logprobs");
            token.alternatives().forEach(other -> token(top.addObject(), other));
        });
        return all;
    }

    private static ObjectNode token(ObjectNode to, TokenLogprob token) {
        to.put("token", token.token()).put("logprob", token.logprob());
        ArrayNode bytes = to.putArray("bytes");
        for (byte each : token.token().getBytes(StandardCharsets.UTF_8)) {
            bytes.add(each & 0xff);
        }
        return to;
    }

    /** Returns the sources that have an address, with the passages of the text that they support. */
    public static List<ObjectNode> citations(String text, List<VendorData.Citation> citations) {
        List<ObjectNode> all = new ArrayList<>();
        for (VendorData.Citation citation : citations) {
            if (citation.url() != null) {
                all.add(JsonFields.JSON
                        .createObjectNode()
                        .put("url", citation.url())
                        .put("title", citation.title() == null ? "" : citation.title())
                        .put("start_index", index(text, citation.start(), 0))
                        .put("end_index", index(text, citation.end(), text.length())));
            }
        }
        return all;
    }

    /** The protocols count code points, the library UTF-16 units. */
    private static int index(String text, @Nullable Integer at, int otherwise) {
        return text.codePointCount(0, Math.min(text.length(), at == null ? otherwise : at));
    }
}
