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
 * What a {@link ScriptedServer} does with one request. Immutable. It says what happens and not in which wire form: the
 * same reply is played as OpenAI (Chat Completions or Responses) or as Anthropic, streamed or whole, as it is asked for.
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

    /** An answer of this text; streamed, each word is a token. */
    public static ScriptedReply text(String text) {
        return of(200, new ReplyBody.Said(Answer.text(text)));
    }

    /** An answer of these tokens. */
    public static ScriptedReply tokens(String... tokens) {
        return of(200, new ReplyBody.Said(Answer.tokens(tokens)));
    }

    /** An answer of this content, in this order; a {@link StreamChunk.Finish} in it tells reason, usage, id and model. */
    public static ScriptedReply chunks(StreamChunk... chunks) {
        return of(200, new ReplyBody.Said(Answer.of(List.of(chunks))));
    }

    /** An answer that calls a tool. */
    public static ScriptedReply toolCall(String id, String name, String arguments) {
        return text("").withToolCall(id, name, arguments);
    }

    /** An answer without content, that ends as if all were well. */
    public static ScriptedReply empty() {
        return text("");
    }

    /** An HTTP error with the body that the vendor who is asked would send with it. */
    public static ScriptedReply status(int status) {
        return of(status, new ReplyBody.Refused(new Trouble(null, null, null)));
    }

    /** An HTTP error in the form of the vendor who is asked, with this error type. */
    public static ScriptedReply error(int status, String type, String message) {
        return error(status, type, null, message);
    }

    /** An HTTP error in the form of the vendor who is asked, with this error type and, where the form has one, code. */
    public static ScriptedReply error(int status, String type, @Nullable String code, String message) {
        return of(status, new ReplyBody.Refused(new Trouble(type, code, message)));
    }

    /** 429, with a Retry-After of so long. */
    public static ScriptedReply rateLimited(Duration retryAfter) {
        return status(429).withRetryAfter(retryAfter);
    }

    /** These bytes, whatever was asked. Several pieces are sent one by one, and each counts as an event with content. */
    public static ScriptedReply raw(int status, String contentType, byte[]... pieces) {
        return of(
                status,
                new ReplyBody.Raw(
                        contentType, Arrays.stream(pieces).map(byte[]::clone).toList()));
    }

    /** This text as UTF-8, whatever was asked. */
    public static ScriptedReply raw(int status, String contentType, String body) {
        return raw(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a response header, or replaces it. */
    public ScriptedReply withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(spec.headers());
        more.put(name, value);
        return new ScriptedReply(spec.withHeaders(more));
    }

    /** Adds {@code retry-after} in seconds, rounded up, and {@code retry-after-ms} where that is more exact. */
    public ScriptedReply withRetryAfter(Duration wait) {
        ScriptedReply told = withHeader("retry-after", String.valueOf((wait.toMillis() + 999) / 1000));
        return wait.toMillis() % 1000 == 0 ? told : told.withHeader("retry-after-ms", String.valueOf(wait.toMillis()));
    }

    /** The model thinks this aloud first. */
    public ScriptedReply withReasoning(String thought) {
        return saying(answer().withReasoning(thought));
    }

    /** The model calls one more tool at the end; streamed, its arguments come in fragments. */
    public ScriptedReply withToolCall(String id, String name, String arguments) {
        return saying(answer().withToolCall(id, name, arguments));
    }

    /** Why it ends; by default TOOL_CALLS when tools are called, and STOP when not. */
    public ScriptedReply withFinish(FinishReason reason) {
        return saying(answer().withReason(reason));
    }

    /** Tokens used; by default ten of prompt and one for each piece of content. */
    public ScriptedReply withUsage(Usage usage) {
        return saying(answer().withUsage(usage));
    }

    /** Id, model and finish reason in the vendor's words; what is {@code null} is made up or follows from the rest. */
    public ScriptedReply withReceipt(VendorMetadata vendorMetadata) {
        return saying(answer().withReceipt(vendorMetadata));
    }

    /** Tells no finish reason. */
    public ScriptedReply withoutFinish() {
        return formed(spec.form().withoutFinish());
    }

    /** Sends no terminal marker: neither {@code [DONE]} nor {@code message_stop}. */
    public ScriptedReply withoutTerminal() {
        return formed(spec.form().withoutTerminal());
    }

    /** Ends the lines of a stream with CR LF instead of LF. */
    public ScriptedReply withCrlf() {
        return formed(spec.form().withCrlf());
    }

    /** Sends the body without length or chunks: the end of the connection is its end. HTTP/1.1 only. */
    public ScriptedReply untilClose() {
        return formed(spec.form().endingWithTheConnection());
    }

    /** Sends so many signs of life before the first content: pings or comments, as the vendor has them. */
    public ScriptedReply withPings(int beforeContent) {
        return formed(spec.form().withPings(beforeContent));
    }

    /** Sends a sign of life before each content after the first. */
    public ScriptedReply withPingsBetween() {
        return formed(spec.form().withPingsBetween());
    }

    /** Waits before it sends the headers. */
    public ScriptedReply beforeHeaders(Duration wait) {
        return paced(new Delays(wait, spec.delays().first(), spec.delays().between()));
    }

    /** Waits between the headers and the first byte of the body. */
    public ScriptedReply beforeFirst(Duration wait) {
        return paced(new Delays(spec.delays().headers(), wait, spec.delays().between()));
    }

    /** Waits before each content and each sign of life. What opens or closes an answer comes with its neighbour. */
    public ScriptedReply between(Duration wait) {
        return paced(new Delays(spec.delays().headers(), spec.delays().first(), wait));
    }

    /** Ends the connection in an orderly way (FIN), in the middle of the answer. */
    public ScriptedReply cut(FaultPoint faultPoint) {
        return failing(Kind.CUT, faultPoint, null, null);
    }

    /** Resets the connection (RST); over HTTP/2, the stream. */
    public ScriptedReply reset(FaultPoint faultPoint) {
        return failing(Kind.RESET, faultPoint, null, null);
    }

    /** Resets the connection (RST), over HTTP/2 with everything that is on it. */
    public ScriptedReply resetConnection(FaultPoint faultPoint) {
        return failing(Kind.RESET_CONNECTION, faultPoint, null, null);
    }

    /** Gives the connection up and this answer with it: GOAWAY without this stream, and a FIN. HTTP/1.1 has the FIN only. */
    public ScriptedReply abandon(FaultPoint faultPoint) {
        return failing(Kind.ABANDON, faultPoint, null, null);
    }

    /** Tells by a GOAWAY that the connection takes no more requests, and answers this one to its end. HTTP/2 only. */
    public ScriptedReply goAway(FaultPoint faultPoint) {
        return failing(Kind.GO_AWAY, faultPoint, null, null);
    }

    /** Goes silent and keeps the connection open. */
    public ScriptedReply stall(FaultPoint faultPoint) {
        return failing(Kind.STALL, faultPoint, null, null);
    }

    /** Tells of an error inside the answer, in the vendor's form and with status 200, and ends without terminal marker. */
    public ScriptedReply fail(FaultPoint faultPoint, String type, String message) {
        return failing(Kind.ERROR, faultPoint, type, message);
    }

    /** Sends something that cannot be read: an event of a stream, or the first half of an answer that is not streamed. */
    public ScriptedReply garble(FaultPoint faultPoint) {
        return failing(Kind.GARBLE, faultPoint, null, null);
    }

    /** The same without what goes wrong, and with its end. */
    ScriptedReply unharmed() {
        return new ScriptedReply(spec.withForm(spec.form().whole()).withFault(null));
    }

    private Answer answer() {
        if (spec.body() instanceof ReplyBody.Said said) {
            return said.answer();
        }
        throw new IllegalStateException("Only an answer has content, usage and a finish reason; this is an error");
    }

    private ScriptedReply saying(Answer answer) {
        return new ScriptedReply(spec.withBody(new ReplyBody.Said(answer)));
    }

    private ScriptedReply formed(Form form) {
        return new ScriptedReply(spec.withForm(form));
    }

    private ScriptedReply paced(Delays delays) {
        return new ScriptedReply(spec.withDelays(delays));
    }

    private ScriptedReply failing(Kind kind, FaultPoint faultPoint, @Nullable String type, @Nullable String message) {
        return new ScriptedReply(spec.withFault(new Fault(kind, faultPoint, new Trouble(type, null, message))));
    }

    /**
     * Where in an answer something goes wrong. A place past the end of the answer is its end.
     *
     * @param unit what is counted
     * @param count how many of them arrive before
     */
    public record FaultPoint(Unit unit, int count) {

        /** What is counted. */
        public enum Unit {
            /** Not even the headers are sent. */
            NOTHING,
            /** Events of the wire, lifecycle events, pings and the terminal marker included. */
            EVENTS,
            /** Events with content: text, reasoning, or a part of a tool call. */
            TOKENS,
            /** Bytes of the body, before any transfer encoding. */
            BYTES
        }

        public FaultPoint {
            if (count < 0) {
                throw new IllegalArgumentException("Something arrives before, or nothing: " + count);
            }
        }

        /** Before the headers. */
        public static FaultPoint nothing() {
            return new FaultPoint(Unit.NOTHING, 0);
        }

        /** After the headers and before the first byte of the body. */
        public static FaultPoint headers() {
            return new FaultPoint(Unit.EVENTS, 0);
        }

        /** After {@code count} events of any sort. An answer that is not streamed is cut in its middle when there are any. */
        public static FaultPoint events(int count) {
            return new FaultPoint(Unit.EVENTS, count);
        }

        /**
         * After {@code count} events with content; 0 is after the lifecycle events that open an answer. An answer that is
         * not streamed is cut in its middle when there are any.
         */
        public static FaultPoint tokens(int count) {
            return new FaultPoint(Unit.TOKENS, count);
        }

        /** After exactly {@code count} bytes of the body. */
        public static FaultPoint bytes(int count) {
            return new FaultPoint(Unit.BYTES, count);
        }
    }
}
