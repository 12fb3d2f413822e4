package dev.understudy.testing;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.testing.Fault.Kind;
import dev.understudy.testing.WireFormat.Form;
import dev.understudy.testing.WireFormat.Trouble;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reply of a {@link ScriptedServer} to one request. Immutable. A reply describes events and not a wire format: the path
 * of the request selects the vendor, and the request a stream or a whole answer.
 *
 * <p>A reply has at most one fault; the last one set counts.
 */
public final class ScriptedReply {

    final ReplySpec spec;
    final ResponsePlans responsePlans = new ResponsePlans();

    private ScriptedReply(ReplySpec spec) {
        this.spec = spec;
    }

    private static ScriptedReply of(int status, ReplyBody body) {
        return new ScriptedReply(new ReplySpec(status, Map.of(), body, Delays.AT_ONCE, Form.PLAIN, null));
    }

    /**
     * An answer with a text; streamed, each word is a token.
     *
     * @param text text of the answer
     * @return the reply
     */
    public static ScriptedReply text(String text) {
        return of(200, new ReplyBody.Content(Answer.text(text)));
    }

    /**
     * An answer with a text in given tokens.
     *
     * @param tokens pieces of the text, in order
     * @return the reply
     */
    public static ScriptedReply tokens(String... tokens) {
        return of(200, new ReplyBody.Content(Answer.tokens(tokens)));
    }

    /**
     * An answer with given content in this order. A {@link StreamChunk.Finish} sets reason, usage, id and model.
     *
     * @param chunks content of the answer
     * @return the reply
     */
    public static ScriptedReply chunks(StreamChunk... chunks) {
        return of(200, new ReplyBody.Content(Answer.of(List.of(chunks))));
    }

    /**
     * An answer with a tool call.
     *
     * @param id id of the call
     * @param name name of the tool
     * @param arguments arguments, JSON as text
     * @return the reply
     */
    public static ScriptedReply toolCall(String id, String name, String arguments) {
        return text("").withToolCall(id, name, arguments);
    }

    /**
     * An answer without content that ends normally.
     *
     * @return the reply
     */
    public static ScriptedReply empty() {
        return text("");
    }

    /**
     * An HTTP error with the body that the requested API sends with its status.
     *
     * @param status HTTP status
     * @return the reply
     */
    public static ScriptedReply status(int status) {
        return of(status, new ReplyBody.Refused(new Trouble(null, null, null)));
    }

    /**
     * An HTTP error in the format of the requested API.
     *
     * @param status HTTP status
     * @param type type of the error
     * @param message message of the error
     * @return the reply
     */
    public static ScriptedReply error(int status, String type, String message) {
        return error(status, type, null, message);
    }

    /**
     * An HTTP error in the format of the requested API, with a code where the format has one.
     *
     * @param status HTTP status
     * @param type type of the error
     * @param code code of the error; {@code null} for none
     * @param message message of the error
     * @return the reply
     */
    public static ScriptedReply error(int status, String type, @Nullable String code, String message) {
        return of(status, new ReplyBody.Refused(new Trouble(type, code, message)));
    }

    /** An HTTP error in the format of the requested API; a type of {@code null} is the usual one. */
    static ScriptedReply refused(int status, @Nullable String type, @Nullable String code, String message) {
        return of(status, new ReplyBody.Refused(new Trouble(type, code, message)));
    }

    /**
     * Status 429 with a Retry-After.
     *
     * @param retryAfter time to wait
     * @return the reply
     */
    public static ScriptedReply rateLimited(Duration retryAfter) {
        return status(429).withRetryAfter(retryAfter);
    }

    /**
     * A body of given bytes, for any request. Several pieces are sent one by one, and each counts as an event with
     * content.
     *
     * @param status HTTP status
     * @param contentType value of {@code content-type}
     * @param pieces bytes of the body; copied
     * @return the reply
     */
    public static ScriptedReply raw(int status, String contentType, byte[]... pieces) {
        return of(
                status,
                new ReplyBody.Raw(
                        contentType, Arrays.stream(pieces).map(byte[]::clone).toList()));
    }

    /**
     * A body of a given text in UTF-8, for any request.
     *
     * @param status HTTP status
     * @param contentType value of {@code content-type}
     * @param body text of the body
     * @return the reply
     */
    public static ScriptedReply raw(int status, String contentType, String body) {
        return raw(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Adds a response header, or replaces it.
     *
     * @param name name of the header
     * @param value value of the header
     * @return a copy with the header
     */
    public ScriptedReply withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(spec.headers());
        more.put(name, value);
        return new ScriptedReply(spec.withHeaders(more));
    }

    /**
     * Adds {@code retry-after} in seconds, rounded up, and {@code retry-after-ms} where milliseconds are more exact.
     *
     * @param wait time to wait
     * @return a copy with the headers
     */
    public ScriptedReply withRetryAfter(Duration wait) {
        ScriptedReply seconds = withHeader("retry-after", String.valueOf((wait.toMillis() + 999) / 1000));
        return wait.toMillis() % 1000 == 0
                ? seconds
                : seconds.withHeader("retry-after-ms", String.valueOf(wait.toMillis()));
    }

    /**
     * Adds reasoning before the other content.
     *
     * @param thought text of the reasoning
     * @return a copy with the reasoning
     * @throws IllegalStateException if the reply is not an answer
     */
    public ScriptedReply withReasoning(String thought) {
        return withAnswer(answer().withReasoning(thought));
    }

    /**
     * Adds a tool call after the other content; streamed, its arguments are sent in fragments.
     *
     * @param id id of the call
     * @param name name of the tool
     * @param arguments arguments, JSON as text
     * @return a copy with the tool call
     * @throws IllegalStateException if the reply is not an answer
     */
    public ScriptedReply withToolCall(String id, String name, String arguments) {
        return withAnswer(answer().withToolCall(id, name, arguments));
    }

    /**
     * Sets the finish reason; TOOL_CALLS by default for an answer with tool calls, else STOP.
     *
     * @param reason finish reason
     * @return a copy with the reason
     * @throws IllegalStateException if the reply is not an answer
     */
    public ScriptedReply withFinish(FinishReason reason) {
        return withAnswer(answer().withReason(reason));
    }

    /**
     * Sets the usage; by default 10 prompt tokens, and one completion token for each piece of content.
     *
     * @param usage tokens used
     * @return a copy with the usage
     * @throws IllegalStateException if the reply is not an answer
     */
    public ScriptedReply withUsage(Usage usage) {
        return withAnswer(answer().withUsage(usage));
    }

    /**
     * Sets id, model and finish reason in the vendor's words; a {@code null} component is generated or follows from the
     * rest.
     *
     * @param vendorMetadata the metadata
     * @return a copy with the metadata
     * @throws IllegalStateException if the reply is not an answer
     */
    public ScriptedReply withMetadata(VendorMetadata vendorMetadata) {
        return withAnswer(answer().withMetadata(vendorMetadata));
    }

    /**
     * Omits the finish reason.
     *
     * @return a copy without finish reason
     */
    public ScriptedReply withoutFinish() {
        return withForm(spec.form().withoutFinish());
    }

    /**
     * Omits the terminal marker, {@code [DONE]} or {@code message_stop}.
     *
     * @return a copy without terminal marker
     */
    public ScriptedReply withoutTerminal() {
        return withForm(spec.form().withoutTerminal());
    }

    /**
     * Ends the lines of a stream with CR LF instead of LF.
     *
     * @return a copy with these line ends
     */
    public ScriptedReply withCrlf() {
        return withForm(spec.form().withCrlf());
    }

    /**
     * Sends the body without length or chunks: the end of the connection ends it. HTTP/1.1 only.
     *
     * @return a copy with such a body
     */
    public ScriptedReply untilClose() {
        return withForm(spec.form().endingWithTheConnection());
    }

    /**
     * Sends keep-alive messages before the first content: pings or comments, by the format.
     *
     * @param beforeContent number of messages
     * @return a copy with the messages
     */
    public ScriptedReply withPings(int beforeContent) {
        return withForm(spec.form().withPings(beforeContent));
    }

    /**
     * Sends a keep-alive message before each content after the first.
     *
     * @return a copy with the messages
     */
    public ScriptedReply withPingsBetween() {
        return withForm(spec.form().withPingsBetween());
    }

    /**
     * Waits before the headers.
     *
     * @param wait time to wait
     * @return a copy with the delay
     */
    public ScriptedReply beforeHeaders(Duration wait) {
        return withDelays(new Delays(wait, spec.delays().first(), spec.delays().between()));
    }

    /**
     * Waits between the headers and the first byte of the body.
     *
     * @param wait time to wait
     * @return a copy with the delay
     */
    public ScriptedReply beforeFirst(Duration wait) {
        return withDelays(
                new Delays(spec.delays().headers(), wait, spec.delays().between()));
    }

    /**
     * Waits before each content and each keep-alive message. Events that open or close an answer are sent together with
     * the neighbouring content.
     *
     * @param wait time to wait
     * @return a copy with the delay
     */
    public ScriptedReply between(Duration wait) {
        return withDelays(new Delays(spec.delays().headers(), spec.delays().first(), wait));
    }

    /**
     * Closes the connection in an orderly way (FIN) in the middle of the answer.
     *
     * @param faultPoint position of the fault
     * @return a copy with the fault
     */
    public ScriptedReply cut(FaultPoint faultPoint) {
        return withFault(Kind.CUT, faultPoint, null, null);
    }

    /**
     * Resets the connection (RST); over HTTP/2, the stream only.
     *
     * @param faultPoint position of the fault
     * @return a copy with the fault
     */
    public ScriptedReply reset(FaultPoint faultPoint) {
        return withFault(Kind.RESET, faultPoint, null, null);
    }

    /**
     * Resets the connection (RST); over HTTP/2, with all of its streams.
     *
     * @param faultPoint position of the fault
     * @return a copy with the fault
     */
    public ScriptedReply resetConnection(FaultPoint faultPoint) {
        return withFault(Kind.RESET_CONNECTION, faultPoint, null, null);
    }

    /**
     * Closes the connection without finishing the answer: a GOAWAY that excludes its stream, and a FIN. HTTP/1.1 has
     * the FIN only.
     *
     * @param faultPoint position of the fault
     * @return a copy with the fault
     */
    public ScriptedReply abandon(FaultPoint faultPoint) {
        return withFault(Kind.ABANDON, faultPoint, null, null);
    }

    /**
     * Sends a GOAWAY, so that the connection takes no more requests, and finishes the answer. HTTP/2 only.
     *
     * @param faultPoint position of the GOAWAY
     * @return a copy with the fault
     */
    public ScriptedReply goAway(FaultPoint faultPoint) {
        return withFault(Kind.GO_AWAY, faultPoint, null, null);
    }

    /**
     * Sends nothing more and keeps the connection open.
     *
     * @param faultPoint position of the fault
     * @return a copy with the fault
     */
    public ScriptedReply stall(FaultPoint faultPoint) {
        return withFault(Kind.STALL, faultPoint, null, null);
    }

    /**
     * Sends an error inside the answer, in the format of the API and with status 200, and ends without terminal marker.
     *
     * @param faultPoint position of the fault
     * @param type type of the error
     * @param message message of the error
     * @return a copy with the fault
     */
    public ScriptedReply fail(FaultPoint faultPoint, String type, String message) {
        return withFault(Kind.ERROR, faultPoint, type, message);
    }

    /**
     * Sends data that cannot be parsed: an event of a stream, or the first half of an answer that is not streamed.
     *
     * @param faultPoint position of the fault
     * @return a copy with the fault
     */
    public ScriptedReply garble(FaultPoint faultPoint) {
        return withFault(Kind.GARBLE, faultPoint, null, null);
    }

    /** A copy without the fault, with finish reason and terminal marker. */
    ScriptedReply withoutFault() {
        return new ScriptedReply(spec.withForm(spec.form().whole()).withFault(null));
    }

    private Answer answer() {
        if (spec.body() instanceof ReplyBody.Content content) {
            return content.answer();
        }
        throw new IllegalStateException("Only an answer has content, usage and a finish reason; this is an error");
    }

    private ScriptedReply withAnswer(Answer answer) {
        return new ScriptedReply(spec.withBody(new ReplyBody.Content(answer)));
    }

    private ScriptedReply withForm(Form form) {
        return new ScriptedReply(spec.withForm(form));
    }

    private ScriptedReply withDelays(Delays delays) {
        return new ScriptedReply(spec.withDelays(delays));
    }

    private ScriptedReply withFault(Kind kind, FaultPoint faultPoint, @Nullable String type, @Nullable String message) {
        return new ScriptedReply(spec.withFault(new Fault(kind, faultPoint, new Trouble(type, null, message))));
    }

    /**
     * Position of a fault in an answer. A position past the end of the answer is its end.
     *
     * @param unit counted unit
     * @param count number of units that are sent before the fault; 0 or more
     */
    public record FaultPoint(Unit unit, int count) {

        /** Counted unit of an answer. */
        public enum Unit {
            /** Nothing is sent, not even the headers. */
            NOTHING,
            /** Events of the wire format, including lifecycle events, pings and the terminal marker. */
            EVENTS,
            /** Events with content: text, reasoning, or a part of a tool call. */
            TOKENS,
            /** Bytes of the body, before any transfer encoding. */
            BYTES
        }

        /**
         * Checks the count.
         *
         * @param unit counted unit
         * @param count number of units that are sent before the fault
         * @throws IllegalArgumentException if {@code count} is negative
         */
        public FaultPoint {
            if (count < 0) {
                throw new IllegalArgumentException("The count of a fault point is 0 or more: " + count);
            }
        }

        /**
         * Before the headers.
         *
         * @return the position
         */
        public static FaultPoint nothing() {
            return new FaultPoint(Unit.NOTHING, 0);
        }

        /**
         * After the headers and before the first byte of the body.
         *
         * @return the position
         */
        public static FaultPoint headers() {
            return new FaultPoint(Unit.EVENTS, 0);
        }

        /**
         * After a number of events of any kind. An answer that is not streamed is cut in its middle for 1 or more.
         *
         * @param count number of events
         * @return the position
         */
        public static FaultPoint events(int count) {
            return new FaultPoint(Unit.EVENTS, count);
        }

        /**
         * After a number of events with content; 0 is after the lifecycle events that open an answer. An answer that is
         * not streamed is cut in its middle for 1 or more.
         *
         * @param count number of events with content
         * @return the position
         */
        public static FaultPoint tokens(int count) {
            return new FaultPoint(Unit.TOKENS, count);
        }

        /**
         * After an exact number of bytes of the body.
         *
         * @param count number of bytes
         * @return the position
         */
        public static FaultPoint bytes(int count) {
            return new FaultPoint(Unit.BYTES, count);
        }
    }
}
