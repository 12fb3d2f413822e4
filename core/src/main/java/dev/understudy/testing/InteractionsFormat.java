package dev.understudy.testing;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.testing.WireEvent.Sort;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes Gemini's Interactions: steps that begin, grow and stop. */
final class InteractionsFormat implements WireFormat {

    private static final GeminiFormat ERRORS = new GeminiFormat();

    @Override
    public String idHeader() {
        return ERRORS.idHeader();
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        Steps steps = new Steps();
        steps.add(Sort.FRAME, "interaction.created", interaction(answer, asked, "in_progress", ""));
        answer.deltas().forEach(steps::say);
        steps.close();
        if (form.finish()) {
            steps.add(
                    Sort.FRAME,
                    "interaction.completed",
                    interaction(answer, asked, status(answer), ",\"usage\":" + usage(answer.used())));
        }
        if (form.terminal()) {
            steps.events.add(WireEvent.event(Sort.FRAME, "done", "[DONE]"));
        }
        return steps.events;
    }

    /** Begins and stops steps around the content. */
    private static final class Steps {
        private final List<WireEvent> events = new ArrayList<>();
        private String open = "";
        private int index = -1;

        void add(Sort sort, String type, String fields) {
            events.add(WireEvent.event(
                    sort,
                    type,
                    "{\"event_type\":\"" + type + "\",\"event_id\":\"e" + events.size() + "\"," + fields + "}"));
        }

        void say(StreamChunk chunk) {
            if (chunk instanceof StreamChunk.Text text) {
                text(text.text());
            } else if (chunk instanceof StreamChunk.Refusal refusal) {
                text(refusal.refusal());
            } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
                think(reasoning);
            } else if (chunk instanceof StreamChunk.ToolCallPart part) {
                open("call " + part.index(), Sort.TOKEN, call(part.id(), part.name(), "{}"));
                if (!part.arguments().isEmpty()) {
                    delta("arguments_delta", "\"arguments\":" + WireFormat.quote(part.arguments()));
                }
            }
        }

        private void text(String words) {
            open("text", Sort.FRAME, "{\"type\":\"model_output\"}");
            delta("text", "\"text\":" + WireFormat.quote(words));
        }

        private void think(StreamChunk.Reasoning reasoning) {
            open("thought", Sort.FRAME, "{\"type\":\"thought\"}");
            if (!reasoning.thought().isEmpty()) {
                delta(
                        "thought_summary",
                        "\"content\":{\"type\":\"text\",\"text\":" + WireFormat.quote(reasoning.thought()) + "}");
            }
            if (reasoning.closes() != null) {
                delta(
                        "thought_signature",
                        "\"signature\":" + WireFormat.quote(reasoning.closes().value()));
                close();
            }
        }

        private void open(String what, Sort sort, String step) {
            if (!open.equals(what)) {
                close();
                open = what;
                index++;
                add(sort, "step.start", "\"index\":" + index + ",\"step\":" + step);
            }
        }

        private void delta(String type, String fields) {
            add(
                    Sort.TOKEN,
                    "step.delta",
                    "\"index\":" + index + ",\"delta\":{\"type\":\"" + type + "\"," + fields + "}");
        }

        void close() {
            if (!open.isEmpty()) {
                open = "";
                add(Sort.FRAME, "step.stop", "\"index\":" + index);
            }
        }
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        List<String> steps = answer.written(
                InteractionsFormat::output,
                InteractionsFormat::thought,
                call -> call(call.id(), call.name(), WireFormat.object(call.arguments())));
        return "{" + head(answer, asked) + ",\"status\":"
                + WireFormat.quote(form.finish() ? status(answer) : "in_progress") + ",\"steps\":["
                + String.join(",", steps) + "],\"usage\":" + usage(answer.used()) + "}";
    }

    private static String output(String text) {
        return "{\"type\":\"model_output\",\"content\":[{\"type\":\"text\",\"text\":" + WireFormat.quote(text) + "}]}";
    }

    private static String thought(ReasoningBlock reasoning) {
        String signature = reasoning.signature() == null
                ? ""
                : ",\"signature\":" + WireFormat.quote(reasoning.signature().value());
        String summary = reasoning.text().isEmpty()
                ? ""
                : ",\"summary\":[{\"type\":\"text\",\"text\":" + WireFormat.quote(reasoning.text()) + "}]";
        return "{\"type\":\"thought\"" + signature + summary + "}";
    }

    private static String call(String id, String name, String arguments) {
        return "{\"type\":\"function_call\",\"id\":" + WireFormat.quote(id) + ",\"name\":" + WireFormat.quote(name)
                + ",\"arguments\":" + arguments + "}";
    }

    private static String interaction(Answer answer, Question asked, String status, String more) {
        return "\"interaction\":{" + head(answer, asked) + ",\"status\":" + WireFormat.quote(status) + more + "}";
    }

    private static String head(Answer answer, Question asked) {
        String id = answer.vendorMetadata().id();
        String model = answer.vendorMetadata().model();
        return "\"id\":" + WireFormat.quote(id != null ? id : "stage") + ",\"object\":\"interaction\",\"model\":"
                + WireFormat.quote(model != null ? model : asked.model());
    }

    private static String usage(Usage usage) {
        return "{\"total_input_tokens\":" + usage.input() + ",\"total_output_tokens\":"
                + (usage.output() - usage.reasoning()) + ",\"total_thought_tokens\":" + usage.reasoning()
                + ",\"total_cached_tokens\":" + usage.cachedInput() + ",\"total_tokens\":" + usage.total() + "}";
    }

    private static String status(Answer answer) {
        String word = answer.vendorMetadata().finishReason();
        if (word != null) {
            return word;
        }
        return switch (answer.finishReason()) {
            case STOP, PAUSE -> "completed";
            case TOOL_CALLS -> "requires_action";
            case LENGTH -> "incomplete";
            case CONTENT_FILTER, ERROR -> "failed";
            case OTHER -> "budget_exceeded";
        };
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        return ERRORS.error(status, trouble, asked);
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return WireEvent.event(
                Sort.FRAME,
                "error",
                "{\"event_type\":\"error\",\"error\":{\"code\":" + WireFormat.quote(or(trouble.type(), "503"))
                        + ",\"message\":"
                        + WireFormat.quote(or(trouble.message(), "The model is overloaded. Please try again later."))
                        + "}}");
    }

    private static String or(@Nullable String value, String usual) {
        return value == null ? usual : value;
    }

    @Override
    public WireEvent ping() {
        return WireEvent.of(Sort.PING, ": keep-alive\n\n");
    }

    @Override
    public WireEvent garbled() {
        return WireEvent.data(
                Sort.FRAME,
                "{\"event_type\":\"step.delta\",\"index\":0,\"delta\":{\"type\":\"text\",\"text\":\"Half a");
    }
}
