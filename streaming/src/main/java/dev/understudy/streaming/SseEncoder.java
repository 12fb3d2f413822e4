package dev.understudy.streaming;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.io.JsonStringEncoder;

/** Encoder of the events of one stream. */
final class SseEncoder {

    private static final JsonStringEncoder JSON = JsonStringEncoder.getInstance();

    private final SseWriter writer;
    private final String head;
    private final String tail; // of all events but the last, which has the usage
    private boolean begun;
    private boolean answerBegun; // with more than reasoning
    private boolean finished;
    private int offset;

    SseEncoder(SseWriter writer) {
        this(writer, Long.toString(ThreadLocalRandom.current().nextLong() & Long.MAX_VALUE, 36));
    }

    private SseEncoder(SseWriter writer, String id) {
        this.writer = writer;
        StringBuilder head = new StringBuilder("data: {\"id\":\"chatcmpl-")
                .append(id)
                .append("\",\"object\":\"chat.completion.chunk\",\"created\":")
                .append(Schedulers.parallel().now(TimeUnit.SECONDS))
                .append(",\"model\":");
        this.head = quote(head, writer.model()).append(",\"choices\":[").toString();
        this.tail = writer.usage() ? ",\"usage\":null}\n\n" : "}\n\n";
    }

    /** An encoder for a reader that begins with a chunk; the reader of a later chunk received those before it. */
    static SseEncoder from(SseWriter writer, PositionedChunk first) {
        if (first.stream().isEmpty()) {
            return new SseEncoder(writer);
        }
        UUID same = UUID.nameUUIDFromBytes(first.stream().getBytes(StandardCharsets.UTF_8));
        SseEncoder encoder = new SseEncoder(writer, same.toString());
        if (first.position() > 1) {
            encoder.begun = true;
            encoder.answerBegun = true;
            encoder.offset = Integer.MAX_VALUE; // unknown, so that each retraction counts
        }
        return encoder;
    }

    /** Events of a chunk, the last of which has its id; "" for none. Comments have no id. */
    String of(PositionedChunk positioned) {
        String events = of(positioned.chunk());
        String id = positioned.eventId();
        if (id.isEmpty() || events.isEmpty() || events.startsWith(":")) {
            return events;
        }
        int last = events.lastIndexOf("\n\n", events.length() - 3);
        int at = last < 0 ? 0 : last + 2;
        return events.substring(0, at) + "id: " + id + '\n' + events.substring(at);
    }

    /** Events of a chunk; "" for none. */
    String of(StreamChunk chunk) {
        if (finished) {
            return "";
        }
        if (chunk instanceof StreamChunk.Text words) {
            offset += words.text().length();
            answerBegun |= !words.text().isEmpty();
            return words.text().isEmpty() ? "" : delta("content", words.text());
        }
        if (chunk instanceof StreamChunk.Reasoning reasoning) {
            return reasoning.thought().isEmpty() ? "" : delta("reasoning_content", reasoning.thought());
        }
        if (chunk instanceof StreamChunk.Refusal words) {
            answerBegun = true;
            return delta("refusal", words.refusal());
        }
        if (chunk instanceof StreamChunk.ToolCallDone done) {
            answerBegun = true;
            return call(done);
        }
        if (chunk instanceof StreamChunk.Finish finish) {
            return finish(finish);
        }
        if (chunk instanceof StreamChunk.Switched switched) {
            return switched(switched);
        }
        return chunk instanceof StreamChunk.Reset reset ? reset(reset) : "";
    }

    /** End of a stream without error: complete if it was finished. */
    Flux<String> end() {
        return finished
                ? Flux.empty()
                : Flux.error(new ChatException.CallFailed(
                        Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason")));
    }

    /** End of a stream with an error; an error after the finish is not a part of the answer. */
    Flux<String> end(Throwable error) {
        return finished ? Flux.empty() : Flux.concat(Flux.just(of(error)), Flux.error(error));
    }

    /** Event of an error. Only messages of this project's exceptions are known to contain no secrets. */
    private static String of(Throwable error) {
        String type = "server_error";
        String message = "The answer failed";
        if (error instanceof ChatException ours) {
            message = String.valueOf(ours.getMessage());
            type = type(ours);
        }
        StringBuilder event = new StringBuilder("data: {\"error\":{\"message\":");
        quote(event, message).append(",\"type\":");
        return quote(event, type).append(",\"param\":null,\"code\":null}}\n\n").toString();
    }

    private static String type(ChatException error) {
        if (error instanceof ChatException.PartialAnswer partial) {
            return partial.failure().kind().label();
        }
        if (error instanceof ChatException.CallFailed failed) {
            return failed.failure().kind().label();
        }
        boolean unsupported = error instanceof ChatException.Rejected rejected
                && rejected.reason() == ChatException.Rejected.Reason.UNSUPPORTED;
        return unsupported ? "invalid_request_error" : "server_error";
    }

    private String delta(String field, String text) {
        StringBuilder event = open().append('"').append(field).append("\":");
        return close(quote(event, text));
    }

    private String call(StreamChunk.ToolCallDone done) {
        StringBuilder event = open().append("\"tool_calls\":[{\"index\":").append(done.index());
        quote(event.append(",\"id\":"), done.call().id());
        quote(
                event.append(",\"type\":\"function\",\"function\":{\"name\":"),
                done.call().name());
        quote(event.append(",\"arguments\":"), done.call().arguments());
        return close(event.append("}}]"));
    }

    private StringBuilder open() {
        StringBuilder event = new StringBuilder(head).append("{\"index\":0,\"delta\":{");
        if (!begun) {
            begun = true;
            event.append("\"role\":\"assistant\",");
        }
        return event;
    }

    private String close(StringBuilder event) {
        return event.append("},\"finish_reason\":null}]").append(tail).toString();
    }

    private String finish(StreamChunk.Finish finish) {
        if (finish.reason() == FinishReason.ERROR) {
            throw new ChatException.CallFailed(
                    Failure.of(FailureKind.SERVER, "the vendor reports that generation failed"));
        }
        finished = true;
        StringBuilder events = new StringBuilder(head)
                .append("{\"index\":0,\"delta\":{")
                .append(begun ? "" : "\"role\":\"assistant\"")
                .append("},\"finish_reason\":\"")
                .append(word(finish.reason()))
                .append("\"}]")
                .append(tail);
        if (writer.usage() && !finish.usage().equals(Usage.none())) { // missing usage is not zero usage
            usage(events.append(head).append("],"), finish.usage()).append("}\n\n");
        }
        return events.append("data: [DONE]\n\n").toString();
    }

    private static StringBuilder usage(StringBuilder event, Usage usage) {
        return event.append("\"usage\":{\"prompt_tokens\":")
                .append(usage.input())
                .append(",\"completion_tokens\":")
                .append(usage.output())
                .append(",\"total_tokens\":")
                .append(usage.total())
                .append(",\"prompt_tokens_details\":{\"cached_tokens\":")
                .append(usage.cachedInput())
                .append("},\"completion_tokens_details\":{\"reasoning_tokens\":")
                .append(usage.reasoning())
                .append('}')
                .append(usage.estimated() ? ",\"estimated\":true}" : "}");
    }

    private static String word(FinishReason reason) {
        return switch (reason) {
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
            case STOP, PAUSE, ERROR, OTHER -> "stop";
        };
    }

    private String switched(StreamChunk.Switched switched) {
        if (!writer.takeoverEvents()) {
            return ": " + line(switched.to()) + " goes on for " + line(switched.from()) + " at " + switched.atOffset()
                    + ", " + switched.reason().label() + "\n\n";
        }
        StringBuilder event = new StringBuilder(head).append("],\"understudy\":{\"switched\":{\"from\":");
        quote(event, switched.from()).append(",\"to\":");
        quote(event, switched.to())
                .append(",\"offset\":")
                .append(switched.atOffset())
                .append(",\"reason\":\"")
                .append(switched.reason().label());
        return event.append("\"}}").append(tail).toString();
    }

    private static String line(String name) {
        return name.replace('\n', ' ').replace('\r', ' ');
    }

    private String reset(StreamChunk.Reset reset) {
        boolean nothingLost = !begun || (reset.discardFromOffset() > 0 && reset.discardFromOffset() >= offset);
        if (nothingLost) {
            return "";
        }
        if (!writer.takeoverEvents()) {
            if (!answerBegun) {
                return ""; // clients show reasoning beside the answer, so that more of it harms none
            }
            throw new ChatException.CallFailed(Failure.of(
                    reset.reason(), "what was written has to be taken back, and this client cannot do that"));
        }
        offset = Math.min(offset, reset.discardFromOffset());
        return head + "],\"understudy\":{\"reset\":{\"offset\":" + reset.discardFromOffset() + ",\"reason\":\""
                + reset.reason().label() + "\"}}" + tail;
    }

    /** Appends a JSON string. Lone surrogates, which UTF-8 cannot carry, are escaped. */
    private static StringBuilder quote(StringBuilder to, String text) {
        to.append('"');
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            JSON.quoteAsString(text.substring(from, i), to);
            to.append("\\u").append(Integer.toHexString(c));
            from = i + 1;
        }
        JSON.quoteAsString(from == 0 ? text : text.substring(from), to);
        return to.append('"');
    }

    /** Events of one reader of a kept stream. */
    static final class Reader {

        private final SseWriter writer;
        private @Nullable SseEncoder encoder;

        Reader(SseWriter writer) {
            this.writer = writer;
        }

        Flux<String> of(Flux<PositionedChunk> stream) {
            return stream.<String>handle((chunk, sink) -> {
                        String events = encoder(chunk).of(chunk);
                        if (!events.isEmpty()) {
                            sink.next(events);
                        }
                    })
                    .concatWith(Flux.defer(this::end))
                    .onErrorResume(this::end);
        }

        private SseEncoder encoder(PositionedChunk chunk) {
            SseEncoder known = encoder;
            if (known == null) {
                known = SseEncoder.from(writer, chunk);
                encoder = known;
            }
            return known;
        }

        private Flux<String> end() {
            return encoder == null ? Flux.empty() : encoder.end();
        }

        private Flux<String> end(Throwable error) {
            return encoder == null ? new SseEncoder(writer).end(error) : encoder.end(error);
        }
    }
}
