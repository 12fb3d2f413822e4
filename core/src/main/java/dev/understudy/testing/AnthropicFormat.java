package dev.understudy.testing;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.testing.WireEvent.Sort;
import java.util.ArrayList;
import java.util.List;

/** Writes Anthropic Messages. */
final class AnthropicFormat implements WireFormat {

    @Override
    public String idHeader() {
        return "request-id";
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        List<WireEvent> events = new ArrayList<>();
        Usage usage = answer.used();
        events.add(WireEvent.event(
                Sort.FRAME,
                "message_start",
                "{\"type\":\"message_start\",\"message\":{" + head(answer, asked)
                        + ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":"
                        + usage(usage, Math.min(1, usage.output())) + "}}"));
        Blocks blocks = new Blocks(events);
        answer.deltas().forEach(blocks::say);
        blocks.close();
        if (form.finish()) {
            events.add(WireEvent.event(
                    Sort.FRAME,
                    "message_delta",
                    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":" + WireFormat.quote(word(answer))
                            + ",\"stop_sequence\":null},\"usage\":{\"output_tokens\":" + usage.output() + "}}"));
        }
        if (form.terminal()) {
            events.add(WireEvent.event(Sort.FRAME, "message_stop", "{\"type\":\"message_stop\"}"));
        }
        return events;
    }

    /** Opens and closes content blocks around the content. */
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
                open("tool" + part.index(), toolUse(part.id(), part.name(), "{}"));
                // The start event names the tool and counts as content; the first delta is empty.
                delta(
                        part.arguments().isEmpty() ? Sort.FRAME : Sort.TOKEN,
                        "\"type\":\"input_json_delta\",\"partial_json\":" + WireFormat.quote(part.arguments()));
            }
        }

        private void text(String words) {
            open("text", "{\"type\":\"text\",\"text\":\"\"}");
            delta(Sort.TOKEN, "\"type\":\"text_delta\",\"text\":" + WireFormat.quote(words));
        }

        private void think(StreamChunk.Reasoning reasoning) {
            ReasoningBlock.Signature reasoningSignature = reasoning.closes();
            if (reasoningSignature != null && reasoningSignature.redacted()) {
                open("redacted", redacted(reasoningSignature));
                close();
                return;
            }
            open("thinking", "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
            if (!reasoning.thought().isEmpty()) {
                delta(Sort.TOKEN, "\"type\":\"thinking_delta\",\"thinking\":" + WireFormat.quote(reasoning.thought()));
            }
            if (reasoningSignature != null) {
                delta(
                        Sort.TOKEN,
                        "\"type\":\"signature_delta\",\"signature\":" + WireFormat.quote(reasoningSignature.value()));
                close();
            }
        }

        private void open(String what, String block) {
            if (open.equals(what)) {
                return;
            }
            close();
            open = what;
            index++;
            Sort sort = what.equals("text") || what.equals("thinking") ? Sort.FRAME : Sort.TOKEN;
            events.add(WireEvent.event(
                    sort,
                    "content_block_start",
                    "{\"type\":\"content_block_start\",\"index\":" + index + ",\"content_block\":" + block + "}"));
            if (index == 0) {
                events.add(WireEvent.event(Sort.FRAME, "ping", "{\"type\":\"ping\"}"));
            }
        }

        private void delta(Sort sort, String delta) {
            events.add(WireEvent.event(
                    sort,
                    "content_block_delta",
                    "{\"type\":\"content_block_delta\",\"index\":" + index + ",\"delta\":{" + delta + "}}"));
        }

        void close() {
            if (!open.isEmpty()) {
                open = "";
                events.add(WireEvent.event(
                        Sort.FRAME, "content_block_stop", "{\"type\":\"content_block_stop\",\"index\":" + index + "}"));
            }
        }
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        List<String> blocks = answer.written(
                AnthropicFormat::text,
                AnthropicFormat::thinking,
                call -> toolUse(call.id(), call.name(), call.arguments().isBlank() ? "{}" : call.arguments()));
        return "{" + head(answer, asked) + ",\"content\":[" + String.join(",", blocks) + "],\"stop_reason\":"
                + (form.finish() ? WireFormat.quote(word(answer)) : "null") + ",\"stop_sequence\":null,\"usage\":"
                + usage(answer.used(), answer.used().output()) + "}";
    }

    private static String text(String text) {
        return "{\"type\":\"text\",\"text\":" + WireFormat.quote(text) + "}";
    }

    private static String thinking(ReasoningBlock reasoning) {
        ReasoningBlock.Signature signature = reasoning.signature();
        return signature != null && signature.redacted()
                ? redacted(signature)
                : "{\"type\":\"thinking\",\"thinking\":" + WireFormat.quote(reasoning.text()) + ",\"signature\":"
                        + WireFormat.quote(signature == null ? "" : signature.value()) + "}";
    }

    private static String head(Answer answer, Question asked) {
        String id = answer.vendorMetadata().id();
        String model = answer.vendorMetadata().model();
        return "\"id\":" + WireFormat.quote(id != null ? id : "msg_stage")
                + ",\"type\":\"message\",\"role\":\"assistant\",\"model\":"
                + WireFormat.quote(model != null ? model : asked.model());
    }

    private static String toolUse(String id, String name, String input) {
        return "{\"type\":\"tool_use\",\"id\":" + WireFormat.quote(id) + ",\"name\":" + WireFormat.quote(name)
                + ",\"input\":" + input + "}";
    }

    private static String redacted(ReasoningBlock.Signature reasoningSignature) {
        return "{\"type\":\"redacted_thinking\",\"data\":" + WireFormat.quote(reasoningSignature.value()) + "}";
    }

    private static String usage(Usage usage, int output) {
        return "{\"input_tokens\":" + Math.max(0, usage.input() - usage.cachedInput())
                + ",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":" + usage.cachedInput()
                + ",\"output_tokens\":" + output + "}";
    }

    private static String word(Answer answer) {
        String word = answer.vendorMetadata().finishReason();
        if (word != null) {
            return word;
        }
        return switch (answer.finishReason()) {
            case STOP -> "end_turn";
            case LENGTH -> "max_tokens";
            case TOOL_CALLS -> "tool_use";
            case CONTENT_FILTER -> "refusal";
            case PAUSE -> "pause_turn";
            case ERROR -> "error";
            case OTHER -> "other";
        };
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        String type = trouble.type() != null ? trouble.type() : usualType(status);
        String message = trouble.message() != null ? trouble.message() : usualMessage(type, asked);
        return "{\"type\":\"error\",\"error\":{\"type\":" + WireFormat.quote(type) + ",\"message\":"
                + WireFormat.quote(message) + "},\"request_id\":\"req_stage\"}";
    }

    private static String usualType(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 504 -> "timeout_error";
            case 503, 529 -> "overloaded_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }

    private static String usualMessage(String type, Question asked) {
        return switch (type) {
            case "authentication_error" -> "invalid x-api-key";
            case "not_found_error" -> "model: " + asked.model();
            case "overloaded_error" -> "Overloaded";
            case "rate_limit_error" -> "This request would exceed your rate limit.";
            case "api_error" -> "Internal server error";
            default -> "The scripted server answers with " + type + ".";
        };
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return WireEvent.event(
                Sort.FRAME,
                "error",
                "{\"type\":\"error\",\"error\":{\"type\":" + WireFormat.quote(trouble.type()) + ",\"message\":"
                        + WireFormat.quote(trouble.message()) + "}}");
    }

    @Override
    public WireEvent ping() {
        return WireEvent.event(Sort.PING, "ping", "{\"type\":\"ping\"}");
    }

    @Override
    public WireEvent garbled() {
        return WireEvent.event(
                Sort.FRAME,
                "content_block_delta",
                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Half a");
    }
}
