package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.Media;
import dev.understudy.provider.dialect.ToolArguments;
import dev.understudy.provider.dialect.VendorFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a conversation as steps: input of the user, output of the model, its thoughts, calls of tools and their results,
 * in the order of the conversation. Thoughts that this vendor did not sign are omitted.
 */
final class InteractionsSteps {

    private final List<Map<String, Object>> steps = new ArrayList<>();
    private final List<Map<String, Object>> content = new ArrayList<>();
    private String type = "";

    private InteractionsSteps() {}

    static List<Map<String, Object>> of(ChatRequest request) {
        InteractionsSteps all = new InteractionsSteps();
        request.messages().forEach(all::add);
        all.close();
        return all.steps;
    }

    private void add(Message message) {
        if (message instanceof Message.User user) {
            user.parts().forEach(part -> put("user_input", part(part)));
        } else if (message instanceof Message.Assistant assistant) {
            assistant.blocks().forEach(this::block);
        } else if (message instanceof Message.ToolResult result) {
            close();
            steps.add(result(result));
        }
    }

    private void block(ContentBlock block) {
        Map<String, ? extends @Nullable Object> own = VendorFields.of(block, DialectName.GEMINI_INTERACTIONS);
        if (block instanceof ContentBlock.Text text) {
            text(text.text(), own.get(InteractionsBlocks.ANNOTATIONS));
        } else if (block instanceof ContentBlock.Refusal refusal) {
            text(refusal.text(), null);
        } else if (block instanceof ContentBlock.Image image) {
            put("model_output", media("image", Media.of(image.image())));
        } else if (block instanceof ContentBlock.Audio audio) {
            put("model_output", inline("audio", audio.mediaType(), audio.base64()));
        } else if (block instanceof ContentBlock.File file) {
            put("model_output", inline("document", file.mediaType(), file.base64()));
        } else if (block instanceof ToolCall call) {
            close();
            steps.add(ExtraFields.fields(
                    "type",
                    "function_call",
                    "id",
                    call.id(),
                    "name",
                    call.name(),
                    "arguments",
                    ToolArguments.object(call.arguments())));
        } else if (block instanceof ReasoningBlock reasoning) {
            thought(reasoning);
        } else if (!own.isEmpty()) {
            close();
            Map<String, Object> step = new LinkedHashMap<>();
            step.putAll(own);
            steps.add(step);
        }
    }

    private void thought(ReasoningBlock reasoning) {
        ReasoningBlock.Signature signature = reasoning.signature();
        if (signature == null || !signature.origin().equals(DialectName.GEMINI_INTERACTIONS)) {
            return;
        }
        close();
        Map<String, Object> step = ExtraFields.fields("type", "thought", "signature", signature.value());
        if (!reasoning.text().isEmpty()) {
            step.put("summary", List.of(ExtraFields.fields("type", "text", "text", reasoning.text())));
        }
        steps.add(step);
    }

    private void text(String text, @Nullable Object annotations) {
        if (!text.isEmpty()) {
            Map<String, Object> content = ExtraFields.fields("type", "text", "text", text);
            if (annotations != null) {
                content.put(InteractionsBlocks.ANNOTATIONS, annotations);
            }
            put("model_output", content);
        }
    }

    private void put(String step, Map<String, Object> part) {
        if (!step.equals(type)) {
            close();
            type = step;
        }
        content.add(part);
    }

    private void close() {
        if (!content.isEmpty()) {
            steps.add(ExtraFields.fields("type", type, "content", List.copyOf(content)));
            content.clear();
        }
        type = "";
    }

    private static Map<String, Object> part(Message.Part part) {
        if (part instanceof Message.Part.Text text) {
            return ExtraFields.fields("type", "text", "text", text.text());
        }
        if (part instanceof Message.Part.Audio audio) {
            return inline("audio", audio.mediaType(), audio.base64());
        }
        return part instanceof Message.Part.File file
                ? media("document", Media.of(file.file()))
                : media("image", Media.of(((Message.Part.Image) part).image()));
    }

    private static Map<String, Object> media(String type, Media media) {
        if (media.isInline()) {
            return inline(type, media.mediaType(), media.base64());
        }
        Map<String, Object> content = ExtraFields.fields("type", type, "uri", media.url());
        if (!media.mediaType().isEmpty()) {
            content.put("mime_type", media.mediaType());
        }
        return content;
    }

    private static Map<String, Object> inline(String type, String mediaType, String base64) {
        return ExtraFields.fields("type", type, "mime_type", mediaType, "data", base64);
    }

    private static Map<String, Object> result(Message.ToolResult result) {
        Map<String, Object> step =
                ExtraFields.fields("type", "function_result", "call_id", result.callId(), "name", result.name());
        if (result.media().isEmpty()) {
            step.put("result", result.content());
        } else {
            List<Map<String, Object>> content = new ArrayList<>();
            if (!result.content().isEmpty()) {
                content.add(ExtraFields.fields("type", "text", "text", result.content()));
            }
            result.media().forEach(part -> content.add(part(part)));
            step.put("result", content);
        }
        if (result.error()) {
            step.put("is_error", true);
        }
        return step;
    }
}
