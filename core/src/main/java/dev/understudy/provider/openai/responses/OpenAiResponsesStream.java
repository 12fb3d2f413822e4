package dev.understudy.provider.openai.responses;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.dialect.ErrorField;
import dev.understudy.provider.dialect.EventType;
import dev.understudy.provider.dialect.ResumableDecoder;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.openai.responses.OpenAiResponsesItems.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a streamed response. Items begin, grow by deltas and are done; a done event repeats the whole text, which
 * counts only without deltas. The answer is complete with {@code response.completed} or {@code response.incomplete}
 * only. Items of other types are emitted whole once they are done; lifecycle events and unknown ones are skipped. The fields of an
 * event may come in any order.
 */
public final class OpenAiResponsesStream implements ResumableDecoder {

    /** Types of events whose content is read. */
    private static final Set<String> READ = Set.of(
            "response.output_text.delta",
            "response.refusal.delta",
            "response.reasoning_summary_text.delta",
            "response.reasoning_text.delta",
            "response.function_call_arguments.delta",
            "response.custom_tool_call_input.delta",
            "response.output_text.done",
            "response.refusal.done",
            "response.reasoning_summary_text.done",
            "response.reasoning_text.done",
            "response.function_call_arguments.done",
            "response.custom_tool_call_input.done",
            "response.output_item.added",
            "response.output_item.done",
            "response.created",
            "response.in_progress",
            "response.queued",
            "response.completed",
            "response.incomplete",
            "response.failed",
            "response.cancelled");

    private final String provider;
    private final String requestedModel;
    private final Set<String> clientCalls;
    private final boolean once;
    private final OpenAiResponsesMetadata end = new OpenAiResponsesMetadata();
    private final OpenAiResponsesItems items = new OpenAiResponsesItems();
    private final JsonReader reader = new JsonReader();
    private boolean complete;
    private boolean terminated;

    // Fields of the current event.
    private String type = "";
    private int outputIndex;
    private int partIndex;
    private String itemId = "";
    private String delta = "";
    private String whole = "";
    private @Nullable OpenAiResponsesItem item;
    private final List<OpenAiResponsesItem> output = new ArrayList<>(0);
    private boolean hasError;
    private long number;

    /** Number of the last event that was decoded, -1 before the first. */
    private long last = -1;

    private boolean reconnected;

    /** Creates a decoder that decodes every event. */
    public OpenAiResponsesStream(String provider, ChatRequest request) {
        this(provider, request, false);
    }

    /**
     * Creates a decoder.
     *
     * @param once true to skip events numbered at or below earlier ones, as a server repeats them after a reconnect
     */
    OpenAiResponsesStream(String provider, ChatRequest request, boolean once) {
        this.provider = provider;
        this.requestedModel = request.model();
        this.clientCalls = OpenAiClientTools.callsOf(request);
        this.once = once;
    }

    /** Pictures in progress, audio and the events of tools that the vendor runs itself are skipped. */
    @Override
    public boolean skips(String event, byte[] bytes, int from, int to) {
        String name = EventType.of(event, bytes, from, to);
        return name.startsWith("response.") && !READ.contains(name);
    }

    @Override
    public void read(Framing event, Consumer<StreamChunk> out) {
        if (terminated) {
            return;
        }
        if (isDone(event)) {
            terminated = true;
            return;
        }
        boolean namedError = event.isErrorField() || event.event().equals("error");
        try {
            parse(event);
        } catch (CallFailed notJson) {
            if (namedError) {
                throw inBand(event);
            }
            if (event.isUnterminated()) {
                return;
            }
            throw notJson;
        }
        if (type.isEmpty()) {
            type = event.event();
        }
        if (hasError || type.equals("error") || (namedError && type.isEmpty())) {
            throw inBand(event);
        }
        checkGap();
        if (!once || number < 0 || number > last) {
            emit(event, out);
            last = Math.max(last, number);
        }
    }

    @Override
    public void reconnect() {
        reconnected = last >= 0;
        terminated = complete;
    }

    /** Fails if another connection begins after events that were not received. */
    private void checkGap() {
        if (reconnected && number >= 0) {
            if (number > last + 1) {
                throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the events behind the last one are missing"));
            }
            reconnected = false;
        }
    }

    @Override
    public boolean isNumbered() {
        return number >= 0;
    }

    @Override
    public String id() {
        return end.id();
    }

    long last() {
        return last;
    }

    private static boolean isDone(Framing event) {
        return event.length() == 6
                && event.payload()[event.offset()] == '['
                && event.payload()[event.offset() + 1] == 'D';
    }

    private static CallFailed inBand(Framing event) {
        return InBandError.of(event.payload(), event.offset(), event.length());
    }

    private void parse(Framing event) {
        String lastItem = itemId;
        type = "";
        outputIndex = -1;
        partIndex = 0;
        itemId = "";
        delta = "";
        whole = "";
        item = null;
        output.clear();
        hasError = false;
        number = -1;
        JsonReader in = reader.open(event.payload(), event.offset(), event.length());
        if (!in.object()) {
            throw JsonErrors.rejected("an event that is no JSON object");
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "type" -> type = in.word("");
                case "output_index" -> outputIndex = in.integer(-1);
                case "content_index", "summary_index" -> partIndex = in.integer(0);
                case "sequence_number" -> number = in.integer(-1);
                case "item_id" -> itemId = in.isString() ? in.repeated(lastItem) : "";
                case "delta" -> delta = in.string("");
                case "text", "refusal", "arguments", "input" -> whole = in.string("");
                case "item" -> item = OpenAiResponsesItem.read(in, clientCalls);
                case "response" -> response(in);
                case "error" -> hasError = ErrorField.isSet(in);
                default -> in.skip();
            }
        }
    }

    private void response(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            if (!end.read(in) && in.field().equals("output") && in.array()) {
                output.clear(); // of a repeated field the last one counts
                while (in.nextElement()) {
                    output.add(OpenAiResponsesItem.read(in, clientCalls));
                }
            }
        }
    }

    private void emit(Framing event, Consumer<StreamChunk> out) {
        switch (type) {
            case "response.output_text.delta" -> items.text(outputIndex, itemId, partIndex, delta, out);
            case "response.refusal.delta" -> items.refusal(outputIndex, itemId, partIndex, delta, out);
            case "response.reasoning_summary_text.delta", "response.reasoning_text.delta" ->
                items.thought(outputIndex, itemId, partIndex, delta, out);
            case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta" ->
                items.arguments(outputIndex, itemId, delta, type.startsWith("response.custom"), out);
            case "response.output_text.done" ->
                items.text(outputIndex, itemId, partIndex, unreceivedText(Kind.MESSAGE), out);
            case "response.refusal.done" ->
                items.refusal(outputIndex, itemId, partIndex, unreceivedText(Kind.MESSAGE), out);
            case "response.reasoning_summary_text.done", "response.reasoning_text.done" ->
                items.thought(outputIndex, itemId, partIndex, unreceivedText(Kind.REASONING), out);
            case "response.function_call_arguments.done", "response.custom_tool_call_input.done" ->
                items.wholeArguments(outputIndex, itemId, whole);
            case "response.output_item.added" -> items.begin(outputIndex, item, out);
            case "response.output_item.done" -> items.done(outputIndex, item, out);
            case "response.completed", "response.incomplete", "response.failed", "response.cancelled" ->
                close(event, out);
            default -> {}
        }
    }

    /** Text of an event that closes a part, unless deltas brought it. */
    private String unreceivedText(Kind kind) {
        return items.hasSaid(outputIndex, itemId, partIndex, kind) ? "" : whole;
    }

    private void close(Framing event, Consumer<StreamChunk> out) {
        String status = type.substring("response.".length());
        if (!end.hasFailed()) {
            end.status = status;
        }
        if (end.hasFailed()) {
            throw inBand(event);
        }
        items.rest(output, out);
        complete = true;
        terminated = true;
    }

    @Override
    public boolean finished() {
        return complete;
    }

    @Override
    public boolean terminated() {
        return terminated;
    }

    @Override
    public void end(Consumer<StreamChunk> out) {
        if (!complete) {
            throw new CallFailed(
                    Failure.of(FailureKind.TRUNCATED, "the stream ended before the response was completed"));
        }
        items.end(out);
        out.accept(end.finish(items.calls() > 0, provider, requestedModel));
    }
}
