package dev.understudy.testing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/** Writes answers and errors in the format of one vendor. Stateless. */
interface WireFormat {

    /** Name of the response header with the request id. */
    String idHeader();

    /** Content type of a streamed answer. */
    default String streamType() {
        return "text/event-stream; charset=utf-8";
    }

    /** Header fields of an HTTP error, besides the content type. */
    default Map<String, String> errorHeaders(int status, Trouble trouble) {
        return Map.of();
    }

    /** Events of a streamed answer. */
    List<WireEvent> events(Answer answer, Form form, Question asked);

    /** Body of an answer that is not streamed. */
    String whole(Answer answer, Form form, Question asked);

    /** Body of an HTTP error; parts that are not scripted are the vendor's usual ones for that status. */
    String error(int status, Trouble trouble, Question asked);

    /** Error within a stream. */
    WireEvent inBand(Trouble trouble);

    /** Keep-alive without content. */
    WireEvent ping();

    /** Event whose payload is cut off. */
    WireEvent garbled();

    /** Returns a JSON object of a call's arguments, for formats that send an object; text that is none as a field. */
    static String object(String arguments) {
        String trimmed = arguments.strip();
        return trimmed.startsWith("{")
                ? trimmed
                : trimmed.isEmpty() ? "{}" : "{\"invalid_arguments\":" + quote(arguments) + "}";
    }

    /** Returns a JSON string in quotation marks, or {@code null} as JSON writes it. */
    static String quote(@Nullable String value) {
        if (value == null) {
            return "null";
        }
        StringBuilder out = new StringBuilder(value.length() + 2).append('"');
        JsonStringEncoder.getInstance().quoteAsString(value, out);
        return out.append('"').toString();
    }

    /**
     * Parts of a request that its answer depends on.
     *
     * @param model requested model
     * @param streamed true if a stream is requested
     * @param tellsUsage true if usage is requested at the end of a stream, where that is optional
     * @param background true if the answer is to be stored, so that it can be requested again
     * @param after number of the last event received already; -1 for none
     */
    record Question(String model, boolean streamed, boolean tellsUsage, boolean background, int after) {

        /** Returns the request as repeated after this event was received. */
        Question after(int number) {
            return new Question(model, true, tellsUsage, background, number);
        }
    }

    /**
     * Content of an error.
     *
     * @param type the vendor's type; {@code null} for the usual one
     * @param code the vendor's code, where the format has one beside the type
     * @param message {@code null} for the usual one
     */
    record Trouble(
            @Nullable String type,
            @Nullable String code,
            @Nullable String message) {}

    /**
     * Deviations in the form of an answer.
     *
     * @param finish true if a finish reason is sent
     * @param terminal true if the terminal marker is sent
     * @param crlf true if lines end in CR LF
     * @param untilClose true if the body ends with the connection, without length or chunks
     * @param pingsBefore keep-alives before the first content
     * @param pingsBetween true for a keep-alive before each further content
     */
    record Form(
            boolean finish, boolean terminal, boolean crlf, boolean untilClose, int pingsBefore, boolean pingsBetween) {
        static final Form PLAIN = new Form(true, true, false, false, 0, false);

        Form whole() {
            return new Form(true, true, crlf, untilClose, pingsBefore, pingsBetween);
        }

        Form withoutFinish() {
            return new Form(false, terminal, crlf, untilClose, pingsBefore, pingsBetween);
        }

        Form withoutTerminal() {
            return new Form(finish, false, crlf, untilClose, pingsBefore, pingsBetween);
        }

        Form withCrlf() {
            return new Form(finish, terminal, true, untilClose, pingsBefore, pingsBetween);
        }

        Form endingWithTheConnection() {
            return new Form(finish, terminal, crlf, true, pingsBefore, pingsBetween);
        }

        Form withPings(int before) {
            return new Form(finish, terminal, crlf, untilClose, before, pingsBetween);
        }

        Form withPingsBetween() {
            return new Form(finish, terminal, crlf, untilClose, pingsBefore, true);
        }
    }
}
