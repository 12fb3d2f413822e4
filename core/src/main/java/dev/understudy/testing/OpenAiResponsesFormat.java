package dev.understudy.testing;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Usage;
import dev.understudy.testing.OpenAiResponsesItemsFormat.Numbers;
import dev.understudy.testing.WireEvent.Sort;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes OpenAI Responses: the events that open and close an answer. {@link OpenAiResponsesItemsFormat} writes its
 * content.
 */
final class OpenAiResponsesFormat implements WireFormat {

    private static final OpenAiChatFormat CHAT = new OpenAiChatFormat();

    /** Id of a response; equal for equal answers, so that it need not be stored. */
    static String id(Answer answer) {
        String id = answer.vendorMetadata().id();
        return id != null
                ? id
                : "resp_stage" + Integer.toHexString(answer.chunks().hashCode());
    }

    @Override
    public String idHeader() {
        return CHAT.idHeader();
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        Numbers numbers = new Numbers();
        List<WireEvent> events = new ArrayList<>();
        String begun = response(answer, asked, "in_progress", "[]", "null");
        events.add(numbers.event(Sort.FRAME, "response.created", "\"response\":" + begun));
        events.add(numbers.event(Sort.FRAME, "response.in_progress", "\"response\":" + begun));
        OpenAiResponsesItemsFormat items = new OpenAiResponsesItemsFormat(numbers, events);
        answer.deltas().forEach(items::say);
        items.close();
        if (form.finish()) {
            String status = status(answer.finishReason());
            String whole = response(answer, asked, status, items.output(), usage(answer.used()));
            events.add(numbers.event(Sort.FRAME, "response." + status, "\"response\":" + whole));
        }
        // Numbers start at 0, so the events after number n are those after the first n + 1.
        return List.copyOf(events.subList(Math.min(events.size(), asked.after() + 1), events.size()));
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        OpenAiResponsesItemsFormat items = new OpenAiResponsesItemsFormat(new Numbers(), new ArrayList<>());
        answer.deltas().forEach(items::say);
        items.close();
        String status = form.finish() ? status(answer.finishReason()) : "in_progress";
        return response(answer, asked, status, items.output(), usage(answer.used()));
    }

    private static String response(Answer answer, Question asked, String status, String output, String usage) {
        String model = answer.vendorMetadata().model();
        String why = status.equals("incomplete") ? "{\"reason\":" + WireFormat.quote(why(answer)) + "}" : "null";
        String error = status.equals("failed")
                ? "{\"code\":\"server_error\",\"message\":\"The model failed to answer.\"}"
                : "null";
        return "{\"id\":" + WireFormat.quote(id(answer))
                + ",\"object\":\"response\",\"created_at\":1767225600,\"status\":"
                + WireFormat.quote(status) + ",\"background\":" + asked.background() + ",\"error\":" + error
                + ",\"incomplete_details\":" + why + ",\"model\":"
                + WireFormat.quote(model != null ? model : asked.model())
                + ",\"output\":" + output + ",\"usage\":" + usage + "}";
    }

    private static String usage(Usage usage) {
        return "{\"input_tokens\":" + usage.input() + ",\"input_tokens_details\":{\"cached_tokens\":"
                + usage.cachedInput() + "},\"output_tokens\":" + usage.output()
                + ",\"output_tokens_details\":{\"reasoning_tokens\":" + usage.reasoning() + "},\"total_tokens\":"
                + usage.total() + "}";
    }

    private static String status(FinishReason reason) {
        return switch (reason) {
            case STOP, PAUSE, TOOL_CALLS -> "completed";
            case LENGTH, CONTENT_FILTER, OTHER -> "incomplete";
            case ERROR -> "failed";
        };
    }

    private static @Nullable String why(Answer answer) {
        String word = answer.vendorMetadata().finishReason();
        if (word != null) {
            return word;
        }
        return switch (answer.finishReason()) {
            case LENGTH -> "max_output_tokens";
            case CONTENT_FILTER -> "content_filter";
            default -> "other";
        };
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        return CHAT.error(status, trouble, asked);
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return WireEvent.event(
                Sort.FRAME,
                "error",
                "{\"type\":\"error\",\"error\":{\"type\":" + WireFormat.quote(trouble.type()) + ",\"code\":"
                        + WireFormat.quote(trouble.code()) + ",\"message\":" + WireFormat.quote(trouble.message())
                        + ",\"param\":null}}");
    }

    @Override
    public WireEvent ping() {
        return WireEvent.event(Sort.PING, "keepalive", "{\"type\":\"keepalive\"}");
    }

    @Override
    public WireEvent garbled() {
        return WireEvent.of(
                Sort.FRAME,
                "event: response.output_text.delta\n"
                        + "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Half a\n\n");
    }
}
