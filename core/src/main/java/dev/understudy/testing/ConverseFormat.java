package dev.understudy.testing;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.testing.WireEvent.Sort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes Bedrock's Converse. */
final class ConverseFormat implements WireFormat {

    private static final String ERROR_TYPE = "x-amzn-errortype";

    @Override
    public String idHeader() {
        return "x-amzn-requestid";
    }

    @Override
    public String streamType() {
        return EventStreamMessage.CONTENT_TYPE;
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        List<WireEvent> events = new ArrayList<>();
        events.add(EventStreamMessage.event(Sort.FRAME, "messageStart", "{\"role\":\"assistant\"}"));
        Blocks blocks = new Blocks(events);
        answer.deltas().forEach(blocks::say);
        blocks.close();
        if (form.finish()) {
            events.add(EventStreamMessage.event(
                    Sort.FRAME, "messageStop", "{\"stopReason\":" + WireFormat.quote(word(answer)) + "}"));
        }
        if (form.terminal()) {
            events.add(EventStreamMessage.event(
                    Sort.FRAME, "metadata", "{\"usage\":" + usage(answer.used()) + ",\"metrics\":{\"latencyMs\":1}}"));
        }
        return events;
    }

    /** Opens and closes content blocks around the content. Only calls have an event that opens them. */
    private static final class Blocks {
        private final List<WireEvent> events;
        private String open = "";
        private int index = -1;

        Blocks(List<WireEvent> events) {
            this.events = events;
        }

        void say(StreamChunk chunk) {
            if (chunk instanceof StreamChunk.Text text) {
                text(text.text());
            } else if (chunk instanceof StreamChunk.Refusal refusal) {
                text(refusal.refusal());
            } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
                think(reasoning);
            } else if (chunk instanceof StreamChunk.ToolCallPart part) {
                if (open("call" + part.index())) {
                    events.add(EventStreamMessage.event(
                            Sort.TOKEN,
                            "contentBlockStart",
                            "{\"contentBlockIndex\":" + index + ",\"start\":{\"toolUse\":{\"toolUseId\":"
                                    + WireFormat.quote(part.id()) + ",\"name\":" + WireFormat.quote(part.name())
                                    + "}}}"));
                }
                if (!part.arguments().isEmpty()) {
                    delta("\"toolUse\":{\"input\":" + WireFormat.quote(part.arguments()) + "}");
                }
            }
        }

        private void text(String words) {
            open("text");
            delta("\"text\":" + WireFormat.quote(words));
        }

        private void think(StreamChunk.Reasoning reasoning) {
            ReasoningBlock.Signature closes = reasoning.closes();
            if (closes != null && closes.redacted()) {
                close();
            }
            open("reasoning");
            if (!reasoning.thought().isEmpty()) {
                delta("\"reasoningContent\":{\"text\":" + WireFormat.quote(reasoning.thought()) + "}");
            }
            if (closes != null) {
                String field = closes.redacted() ? "redactedContent" : "signature";
                delta("\"reasoningContent\":{\"" + field + "\":" + WireFormat.quote(closes.value()) + "}");
                close();
            }
        }

        private boolean open(String what) {
            if (open.equals(what)) {
                return false;
            }
            close();
            open = what;
            index++;
            return true;
        }

        private void delta(String delta) {
            events.add(EventStreamMessage.event(
                    Sort.TOKEN,
                    "contentBlockDelta",
                    "{\"contentBlockIndex\":" + index + ",\"delta\":{" + delta + "}}"));
        }

        void close() {
            if (!open.isEmpty()) {
                open = "";
                events.add(EventStreamMessage.event(
                        Sort.FRAME, "contentBlockStop", "{\"contentBlockIndex\":" + index + "}"));
            }
        }
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        List<String> content = new ArrayList<>();
        for (ContentBlock block : answer.blocks()) {
            if (block instanceof ContentBlock.Text words) {
                content.add("{\"text\":" + WireFormat.quote(words.text()) + "}");
            } else if (block instanceof ContentBlock.Refusal refusal) {
                content.add("{\"text\":" + WireFormat.quote(refusal.text()) + "}");
            } else if (block instanceof ReasoningBlock reasoning) {
                content.add("{\"reasoningContent\":" + reasoning(reasoning) + "}");
            } else if (block instanceof ToolCall call) {
                content.add("{\"toolUse\":{\"toolUseId\":" + WireFormat.quote(call.id()) + ",\"name\":"
                        + WireFormat.quote(call.name()) + ",\"input\":" + WireFormat.object(call.arguments()) + "}}");
            }
        }
        return "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[" + String.join(",", content) + "]}}"
                + (form.finish() ? ",\"stopReason\":" + WireFormat.quote(word(answer)) : "") + ",\"usage\":"
                + usage(answer.used()) + ",\"metrics\":{\"latencyMs\":1}}";
    }

    private static String reasoning(ReasoningBlock reasoning) {
        ReasoningBlock.Signature signature = reasoning.signature();
        return signature != null && signature.redacted()
                ? "{\"redactedContent\":" + WireFormat.quote(signature.value()) + "}"
                : "{\"reasoningText\":{\"text\":" + WireFormat.quote(reasoning.text())
                        + (signature == null ? "" : ",\"signature\":" + WireFormat.quote(signature.value())) + "}}";
    }

    private static String usage(Usage usage) {
        return "{\"inputTokens\":" + Math.max(0, usage.input() - usage.cachedInput()) + ",\"outputTokens\":"
                + usage.output() + ",\"totalTokens\":" + usage.total() + ",\"cacheReadInputTokens\":"
                + usage.cachedInput() + "}";
    }

    private static String word(Answer answer) {
        String word = answer.vendorMetadata().finishReason();
        if (word != null) {
            return word;
        }
        return switch (answer.finishReason()) {
            case STOP, PAUSE -> "end_turn";
            case LENGTH -> "max_tokens";
            case TOOL_CALLS -> "tool_use";
            case CONTENT_FILTER -> "content_filtered";
            case ERROR -> "malformed_model_output";
            case OTHER -> "other";
        };
    }

    @Override
    public Map<String, String> errorHeaders(int status, Trouble trouble) {
        return Map.of(ERROR_TYPE, trouble.type() != null ? trouble.type() : usualType(status));
    }

    private static String usualType(int status) {
        return switch (status) {
            case 403 -> "AccessDeniedException";
            case 404 -> "ResourceNotFoundException";
            case 408 -> "ModelTimeoutException";
            case 424 -> "ModelErrorException";
            case 429 -> "ThrottlingException";
            case 503 -> "ServiceUnavailableException";
            default -> status < 500 ? "ValidationException" : "InternalServerException";
        };
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        String message = trouble.message() != null
                ? trouble.message()
                : "The scripted server answers with " + usualType(status) + ".";
        return "{\"message\":" + WireFormat.quote(message) + "}";
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return EventStreamMessage.exception(
                trouble.type() == null ? "internalServerException" : trouble.type(),
                "{\"message\":" + WireFormat.quote(trouble.message()) + "}");
    }

    /** Writes an event that clients do not know, because the format has no keep-alive. */
    @Override
    public WireEvent ping() {
        return EventStreamMessage.event(Sort.PING, "ping", "{}");
    }

    @Override
    public WireEvent garbled() {
        return EventStreamMessage.event(
                Sort.FRAME, "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Half a");
    }
}
