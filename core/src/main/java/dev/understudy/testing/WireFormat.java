package dev.understudy.testing;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/** How one vendor puts an answer or an error into bytes. Stateless. */
interface WireFormat {

    /** Name of the response header that carries the request's id. */
    String idHeader();

    /** The events of a streamed answer. */
    List<WireEvent> events(Answer answer, Form form, Question asked);

    /** The body of an answer that is not streamed. */
    String whole(Answer answer, Form form, Question asked);

    /** The body of an HTTP error; what was not scripted is what this vendor says at that status. */
    String error(int status, Trouble trouble, Question asked);

    /** An error inside of a stream. */
    WireEvent inBand(Trouble trouble);

    /** A sign of life without content. */
    WireEvent ping();

    /** An event whose payload breaks off. */
    WireEvent garbled();

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
     * As much of a request as its answer depends on.
     *
     * @param model that it names
     * @param streamed whether it asks for a stream
     * @param tellsUsage whether it asks for usage at the end of a stream, where that must be asked for
     * @param background whether the answer is to be kept, so that it can be asked for again
     * @param after number of the last event that is known already; -1 when none is
     */
    record Question(String model, boolean streamed, boolean tellsUsage, boolean background, int after) {

        /** The same question by one who knows the answer's events up to this one. */
        Question after(int number) {
            return new Question(model, true, tellsUsage, background, number);
        }
    }

    /**
     * An error in the vendor's words.
     *
     * @param type the vendor's type; {@code null} for the usual one
     * @param code the vendor's code, where it has one beside the type
     * @param message {@code null} for the usual one
     */
    record Trouble(
            @Nullable String type,
            @Nullable String code,
            @Nullable String message) {}

    /**
     * What is odd about the form of an answer.
     *
     * @param finish whether a finish reason is told
     * @param terminal whether the terminal marker is sent
     * @param crlf whether lines end in CR LF
     * @param untilClose whether the body ends with the connection, without length or chunks
     * @param pingsBefore signs of life before the first content
     * @param pingsBetween signs of life before each further content
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
