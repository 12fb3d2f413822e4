package dev.understudy.gateway.completions;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorData.TokenLogprob;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.CommonAnswer;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes answers: one choice with its message. */
final class CompletionResponse {

    private CompletionResponse() {}

    static String of(ChatResponse response, AnswerHead head) {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        body.put("id", "chatcmpl-" + head.id());
        body.put("object", "chat.completion");
        body.put("created", head.created().getEpochSecond());
        body.put("model", head.model().get());
        ObjectNode choice = body.putArray("choices").addObject();
        choice.put("index", 0);
        message(choice.putObject("message"), response);
        List<TokenLogprob> logprobs = response.logprobs();
        if (logprobs.isEmpty()) {
            choice.putNull("logprobs");
        } else {
            choice.set("logprobs", logprobs(logprobs));
        }
        choice.put("finish_reason", word(response.finishReason()));
        if (!response.usage().equals(Usage.none())) { // no usage reported is not a usage of zero
            usage(body.putObject("usage"), response.usage());
        }
        return body.toString();
    }

    private static void message(ObjectNode message, ChatResponse response) {
        message.put("role", "assistant");
        boolean silent = response.text().isEmpty()
                && (!response.toolCalls().isEmpty() || !response.refusal().isEmpty());
        message.put("content", silent ? null : response.text());
        message.put("refusal", response.refusal().isEmpty() ? null : response.refusal());
        if (!response.reasoning().isEmpty()) {
            message.put("reasoning_content", response.reasoning());
        }
        putUnlessEmpty(message, CompletionDetails.FIELD, CompletionDetails.of(response.blocks()));
        putUnlessEmpty(message, "annotations", annotations(response.text(), response.citations()));
        putUnlessEmpty(message, "images", images(response.blocks()));
        if (!response.toolCalls().isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            response.toolCalls().forEach(call -> call(calls.addObject(), call));
        }
    }

    static void putUnlessEmpty(ObjectNode to, String name, ArrayNode values) {
        if (!values.isEmpty()) {
            to.set(name, values);
        }
    }

    static void call(ObjectNode to, ToolCall call) {
        to.put("id", call.id());
        to.put("type", "function");
        to.putObject("function").put("name", call.name()).put("arguments", call.arguments());
    }

    static ObjectNode logprobs(List<TokenLogprob> tokens) {
        ObjectNode logprobs = JsonFields.JSON.createObjectNode();
        logprobs.set("content", CommonAnswer.logprobs(tokens));
        logprobs.putNull("refusal");
        return logprobs;
    }

    /** Returns the sources that have an address. */
    static ArrayNode annotations(String text, List<VendorData.Citation> citations) {
        ArrayNode annotations = JsonFields.JSON.createArrayNode();
        CommonAnswer.citations(text, citations).forEach(citation -> {
            ObjectNode annotation = annotations.addObject().put("type", "url_citation");
            annotation.set("url_citation", citation);
        });
        return annotations;
    }

    static ArrayNode images(List<ContentBlock> blocks) {
        ArrayNode images = JsonFields.JSON.createArrayNode();
        for (ContentBlock block : blocks) {
            if (block instanceof ContentBlock.Image image) {
                images.addObject()
                        .put("type", "image_url")
                        .putObject("image_url")
                        .put("url", address(image.image()));
            }
        }
        return images;
    }

    private static String address(Message.Image image) {
        return image instanceof Message.Image.Data data
                ? "data:" + data.mediaType() + ";base64," + data.base64()
                : ((Message.Image.Url) image).url();
    }

    static void usage(ObjectNode to, Usage usage) {
        to.put("prompt_tokens", usage.input());
        to.put("completion_tokens", usage.output());
        to.put("total_tokens", usage.total());
        ObjectNode input = to.putObject("prompt_tokens_details").put("cached_tokens", usage.cachedInput());
        if (usage.cacheWrite() > 0) {
            input.put("cache_write_tokens", usage.cacheWrite());
        }
        to.putObject("completion_tokens_details").put("reasoning_tokens", usage.reasoning());
        if (usage.estimated()) {
            to.put("estimated", true);
        }
    }

    static String word(FinishReason reason) {
        return switch (reason) {
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
            case STOP, PAUSE, ERROR, OTHER -> "stop";
        };
    }
}
