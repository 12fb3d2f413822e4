package dev.understudy.testing;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Receipt;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.testing.Fault.Kind;
import dev.understudy.testing.Speech.Form;
import dev.understudy.testing.Speech.Trouble;
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
public final class Reply {

    final int status;
    final Map<String, String> headers;
    final Body body;
    final Pace pace;
    final Form form;
    final @Nullable Fault fault;
    final Rundowns rundowns = new Rundowns();

    private Reply(int status, Map<String, String> headers, Body body, Pace pace, Form form, @Nullable Fault fault) {
        if (status < 200 || status > 999) {
            throw new IllegalArgumentException("An answer's status has three digits, 200 or more: " + status);
        }
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.pace = pace;
        this.form = form;
        this.fault = fault;
    }

    private static Reply of(int status, Body body) {
        return new Reply(status, Map.of(), body, Pace.AT_ONCE, Form.PLAIN, null);
    }

    /** An answer of this text; streamed, each word is a token. */
    public static Reply text(String text) {
        return of(200, new Body.Said(Answer.text(text)));
    }

    /** An answer of these tokens. */
    public static Reply tokens(String... tokens) {
        return of(200, new Body.Said(Answer.tokens(tokens)));
    }

    /** An answer of this content, in this order; a {@link StreamChunk.Finish} in it tells reason, usage, id and model. */
    public static Reply chunks(StreamChunk... chunks) {
        return of(200, new Body.Said(Answer.of(List.of(chunks))));
    }

    /** An answer that calls a tool. */
    public static Reply toolCall(String id, String name, String arguments) {
        return text("").withToolCall(id, name, arguments);
    }

    /** An answer without content, that ends as if all were well. */
    public static Reply empty() {
        return text("");
    }

    /** An HTTP error with the body that the vendor who is asked would send with it. */
    public static Reply status(int status) {
        return of(status, new Body.Refused(new Trouble(null, null, null)));
    }

    /** An HTTP error in the form of the vendor who is asked, with this error type. */
    public static Reply error(int status, String type, String message) {
        return error(status, type, null, message);
    }

    /** An HTTP error in the form of the vendor who is asked, with this error type and, where the form has one, code. */
    public static Reply error(int status, String type, @Nullable String code, String message) {
        return of(status, new Body.Refused(new Trouble(type, code, message)));
    }

    /** 429, with a Retry-After of so long. */
    public static Reply rateLimited(Duration retryAfter) {
        return status(429).withRetryAfter(retryAfter);
    }

    /** These bytes, whatever was asked. Several pieces are sent one by one, and each counts as an event with content. */
    public static Reply raw(int status, String contentType, byte[]... pieces) {
        return of(
                status,
                new Body.Raw(
                        contentType, Arrays.stream(pieces).map(byte[]::clone).toList()));
    }

    /** This text as UTF-8, whatever was asked. */
    public static Reply raw(int status, String contentType, String body) {
        return raw(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a response header, or replaces it. */
    public Reply withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body, pace, form, fault);
    }

    /** Adds {@code retry-after} in seconds, rounded up, and {@code retry-after-ms} where that is more exact. */
    public Reply withRetryAfter(Duration wait) {
        Reply told = withHeader("retry-after", String.valueOf((wait.toMillis() + 999) / 1000));
        return wait.toMillis() % 1000 == 0 ? told : told.withHeader("retry-after-ms", String.valueOf(wait.toMillis()));
    }

    /** The model thinks this aloud first. */
    public Reply withReasoning(String thought) {
        return saying(answer().withReasoning(thought));
    }

    /** The model calls one more tool at the end; streamed, its arguments come in fragments. */
    public Reply withToolCall(String id, String name, String arguments) {
        return saying(answer().withToolCall(id, name, arguments));
    }

    /** Why it ends; by default TOOL_CALLS when tools are called, and STOP when not. */
    public Reply withFinish(FinishReason reason) {
        return saying(answer().withReason(reason));
    }

    /** Tokens used; by default ten of prompt and one for each piece of content. */
    public Reply withUsage(Usage usage) {
        return saying(answer().withUsage(usage));
    }

    /** Id, model and finish reason in the vendor's words; what is {@code null} is made up or follows from the rest. */
    public Reply withReceipt(Receipt receipt) {
        return saying(answer().withReceipt(receipt));
    }

    /** Tells no finish reason. */
    public Reply withoutFinish() {
        return formed(form.withoutFinish());
    }

    /** Sends no terminal marker: neither {@code [DONE]} nor {@code message_stop}. */
    public Reply withoutTerminal() {
        return formed(form.withoutTerminal());
    }

    /** Ends the lines of a stream with CR LF instead of LF. */
    public Reply withCrlf() {
        return formed(form.withCrlf());
    }

    /** Sends the body without length or chunks: the end of the connection is its end. HTTP/1.1 only. */
    public Reply untilClose() {
        return formed(form.endingWithTheConnection());
    }

    /** Sends so many signs of life before the first content: pings or comments, as the vendor has them. */
    public Reply withPings(int beforeContent) {
        return formed(form.withPings(beforeContent));
    }

    /** Sends a sign of life before each content after the first. */
    public Reply withPingsBetween() {
        return formed(form.withPingsBetween());
    }

    /** Waits before it sends the headers. */
    public Reply beforeHeaders(Duration wait) {
        return paced(new Pace(wait, pace.first(), pace.between()));
    }

    /** Waits between the headers and the first byte of the body. */
    public Reply beforeFirst(Duration wait) {
        return paced(new Pace(pace.headers(), wait, pace.between()));
    }

    /** Waits before each content and each sign of life. What opens or closes an answer comes with its neighbour. */
    public Reply between(Duration wait) {
        return paced(new Pace(pace.headers(), pace.first(), wait));
    }

    /** Ends the connection in an orderly way (FIN), in the middle of the answer. */
    public Reply cut(After after) {
        return failing(Kind.CUT, after, null, null);
    }

    /** Resets the connection (RST); over HTTP/2, the stream. */
    public Reply reset(After after) {
        return failing(Kind.RESET, after, null, null);
    }

    /** Resets the connection (RST), over HTTP/2 with everything that is on it. */
    public Reply resetConnection(After after) {
        return failing(Kind.RESET_CONNECTION, after, null, null);
    }

    /** Gives the connection up and this answer with it: GOAWAY without this stream, and a FIN. HTTP/1.1 has the FIN only. */
    public Reply abandon(After after) {
        return failing(Kind.ABANDON, after, null, null);
    }

    /** Tells by a GOAWAY that the connection takes no more requests, and answers this one to its end. HTTP/2 only. */
    public Reply goAway(After after) {
        return failing(Kind.GO_AWAY, after, null, null);
    }

    /** Goes silent and keeps the connection open. */
    public Reply stall(After after) {
        return failing(Kind.STALL, after, null, null);
    }

    /** Tells of an error inside the answer, in the vendor's form and with status 200, and ends without terminal marker. */
    public Reply fail(After after, String type, String message) {
        return failing(Kind.ERROR, after, type, message);
    }

    /** Sends something that cannot be read: an event of a stream, or the first half of an answer that is not streamed. */
    public Reply garble(After after) {
        return failing(Kind.GARBLE, after, null, null);
    }

    /** The same without what goes wrong, and with its end. */
    Reply unharmed() {
        return new Reply(status, headers, body, pace, form.whole(), null);
    }

    private Answer answer() {
        if (body instanceof Body.Said said) {
            return said.answer();
        }
        throw new IllegalStateException("Only an answer has content, usage and a finish reason; this is an error");
    }

    private Reply saying(Answer answer) {
        return new Reply(status, headers, new Body.Said(answer), pace, form, fault);
    }

    private Reply formed(Form form) {
        return new Reply(status, headers, body, pace, form, fault);
    }

    private Reply paced(Pace pace) {
        return new Reply(status, headers, body, pace, form, fault);
    }

    private Reply failing(Kind kind, After after, @Nullable String type, @Nullable String message) {
        return new Reply(status, headers, body, pace, form, new Fault(kind, after, new Trouble(type, null, message)));
    }
}
